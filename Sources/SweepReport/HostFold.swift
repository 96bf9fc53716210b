/// Folds host names that differ in one number, in the inventory's own notation: `cp1.eu, cp2.eu, cp3.eu` become
/// `cp[1:3].eu`. The names keep their order otherwise; nothing is lost or added.
func folded(_ names: [String]) -> String {
    var runs: [Run] = []
    for name in names {
        let parts = NumberedName(name)
        if let last = runs.indices.last, let parts, runs[last].take(parts) { continue }
        runs.append(Run(name: name, parts: parts))
    }
    return runs.map(\.text).joined(separator: ", ")
}

/// A name cut at its first number.
private struct NumberedName {
    let prefix: Substring
    let digits: Substring
    let suffix: Substring
    let number: Int

    init?(_ name: String) {
        guard let start = name.firstIndex(where: \.isASCIIDigit) else { return nil }
        let end = name[start...].firstIndex { !$0.isASCIIDigit } ?? name.endIndex
        guard let number = Int(name[start..<end]) else { return nil }
        prefix = name[..<start]
        digits = name[start..<end]
        suffix = name[end...]
        self.number = number
    }

    /// Whether an inventory range that ends in `other` right after this name would write it the same way.
    func isFollowed(by other: NumberedName) -> Bool {
        guard prefix == other.prefix, suffix == other.suffix else { return false }
        let (next, overflow) = number.addingReportingOverflow(1)
        guard !overflow, other.number == next else { return false }
        let isPadded = digits.first == "0" && digits.count > 1
        return isPadded ? other.digits.count == digits.count : other.digits.first != "0"
    }
}

private struct Run {
    let name: String
    let first: NumberedName?
    var last: NumberedName?

    init(name: String, parts: NumberedName?) {
        self.name = name
        first = parts
        last = parts
    }

    mutating func take(_ next: NumberedName) -> Bool {
        guard let last, last.isFollowed(by: next) else { return false }
        self.last = next
        return true
    }

    var text: String {
        guard let first, let last, first.number != last.number else { return name }
        return "\(first.prefix)[\(first.digits):\(last.digits)]\(first.suffix)"
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
