/// A host name with ranges in it: `cp[01:03].example.com`, `n[a:f]`, `r[1:4]c[1:9:2]`.
///
/// The grammar is Ansible's (lib/ansible/plugins/inventory/__init__.py, `expand_hostname_range`): both ends
/// belong to the range, and numbers are padded where the start is written with a leading zero. Stricter than
/// there, an end that could mean two things is refused, unless the pattern stands in an inventory of Ansible's.
package struct HostPattern: Equatable {
    /// The most names one pattern may stand for.
    static let limit = 10_000

    private enum Piece: Equatable {
        case literal(String)
        case range([String])
    }

    private let pieces: [Piece]
    /// The number of names it stands for, at least 1.
    package let count: Int

    /// How many values each range has, left to right; two patterns of one shape pair up name by name.
    var shape: [Int] {
        pieces.compactMap { if case .range(let values) = $0 { values.count } else { nil } }
    }

    /// - Parameter isLenient: takes every range that Ansible takes: an empty start is 0, an unpadded start counts to a
    ///   padded end, and capital letters follow small ones.
    package init(_ text: String, isLenient: Bool = false) throws(RangeProblem) {
        var pieces: [Piece] = []
        var count = 1
        var rest = text[...]
        while let bracket = rest.firstIndex(where: { $0 == "[" || $0 == "]" }) {
            guard rest[bracket] == "[", let end = rest[bracket...].firstIndex(of: "]") else {
                throw RangeProblem(message: "bracket without its partner", text: text)
            }
            if bracket > rest.startIndex { pieces.append(.literal(String(rest[..<bracket]))) }
            let values = try Self.values(of: rest[rest.index(after: bracket)..<end], isLenient)
            // Both factors are at most `limit`, so the product cannot overflow.
            count *= values.count
            guard count <= Self.limit else { throw RangeProblem(tooLarge: text) }
            pieces.append(.range(values))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        self.pieces = pieces
        self.count = count
    }

    /// The first of `names`, without spelling out the others.
    var firstName: String {
        pieces.reduce(into: "") { name, piece in
            switch piece {
            case .literal(let text): name += text
            case .range(let values): name += values.first ?? ""
            }
        }
    }

    /// Every name, the rightmost range turning fastest.
    package var names: [String] {
        var names = [""]
        for piece in pieces {
            switch piece {
            case .literal(let text):
                for index in names.indices { names[index] += text }
            case .range(let values):
                var longer: [String] = []
                longer.reserveCapacity(names.count * values.count)
                for name in names {
                    for value in values { longer.append(name + value) }
                }
                names = longer
            }
        }
        return names
    }

    private static func values(of range: Substring, _ isLenient: Bool) throws(RangeProblem) -> [String] {
        let text = "[\(range)]"
        var parts = range.split(separator: ":", omittingEmptySubsequences: false)
        if isLenient, parts.count > 1, parts[0].isEmpty { parts[0] = "0" }
        guard parts.count == 2 || parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            throw RangeProblem(message: "host range must be [start:end] or [start:end:step]", text: text)
        }
        var step = 1
        if parts.count == 3 {
            guard let number = number(parts[2]), number > 0 else {
                throw RangeProblem(message: "step of a host range must be a number above 0", text: text)
            }
            step = number
        }
        if let first = number(parts[0]), let last = number(parts[1]) {
            return try numbers(parts[0], parts[1], first, last, step, isLenient, text)
        }
        guard let first = letter(parts[0]), let last = letter(parts[1]) else {
            throw RangeProblem(message: "ends of a host range must be two numbers or two letters", text: text)
        }
        if isLenient {
            let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
            guard let start = letters.firstIndex(of: first), let end = letters.firstIndex(of: last), start <= end else {
                throw RangeProblem(descending: text)
            }
            return stride(from: start, through: end, by: step).map { String(Unicode.Scalar(letters[$0])) }
        }
        // Bit 5 tells upper from lower case in ASCII.
        guard first & 0x20 == last & 0x20 else {
            throw RangeProblem(message: "letters of a host range must be of the same case", text: text)
        }
        guard first <= last else { throw RangeProblem(descending: text) }
        return stride(from: Int(first), through: Int(last), by: step).map { value in
            String(decoding: [UInt8(truncatingIfNeeded: value)], as: UTF8.self)
        }
    }

    private static func numbers(
        _ start: Substring, _ end: Substring, _ first: Int, _ last: Int, _ step: Int, _ isLenient: Bool, _ text: String
    ) throws(RangeProblem) -> [String] {
        let isPadded = (isLenient ? [start] : [start, end]).contains {
            $0.utf8.count > 1 && $0.utf8.first == UInt8(ascii: "0")
        }
        guard !isPadded || start.utf8.count == end.utf8.count else {
            throw RangeProblem(message: "host range must have ends of equal width", text: text)
        }
        guard first <= last else { throw RangeProblem(descending: text) }
        guard (last - first) / step < limit else { throw RangeProblem(tooLarge: text) }
        return stride(from: first, through: last, by: step).map { value in
            let digits = String(value)
            guard isPadded else { return digits }
            return String(repeating: "0", count: start.utf8.count - digits.utf8.count) + digits
        }
    }

    /// At most 18 digits, which always fit an `Int`.
    private static func number(_ text: Substring) -> Int? {
        let digits = text.utf8
        guard (1...18).contains(digits.count), digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return Int(text)
    }

    private static func letter(_ text: Substring) -> UInt8? {
        guard text.utf8.count == 1, let byte = text.utf8.first else { return nil }
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte
        default: return nil
        }
    }
}

/// Why a host name with brackets could not be expanded.
package struct RangeProblem: Error, Equatable {
    package var message: String
    /// The range at fault, or the whole name.
    package var text: String

    init(message: String, text: String) {
        self.message = message
        self.text = text
    }

    init(descending text: String) {
        self.init(message: "host range runs backwards", text: text)
    }

    init(tooLarge text: String) {
        self.init(message: "host range stands for more than \(HostPattern.limit) hosts", text: text)
    }
}
