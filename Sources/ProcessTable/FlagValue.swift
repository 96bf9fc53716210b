/// The values of flags, read as pflag and Go's `strconv`, `time` and `encoding/csv` read them.
/// Nil always means that the component would refuse the text.
package enum FlagValue {
    /// `strconv.ParseBool`: twelve spellings and no other.
    package static func bool(_ text: String) -> Bool? {
        switch text.utf8.count {
        case 1: ["1", "t", "T"].contains(text) ? true : ["0", "f", "F"].contains(text) ? false : nil
        case 4: text == "true" || text == "TRUE" || text == "True" ? true : nil
        case 5: text == "false" || text == "FALSE" || text == "False" ? false : nil
        default: nil
        }
    }

    /// `strconv.ParseInt(text, 0, 64)`: `0x`, `0o`, `0b` and a leading `0` (octal) choose the base, underscores may
    /// stand between digits.
    package static func int(_ text: String) -> Int64? {
        if let plain = plainDecimal(text) { return plain }
        var digits = Array(text.utf8)
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard hasWellPlacedUnderscores(digits) else { return nil }
        var base: UInt64 = 10
        if digits.first == UInt8(ascii: "0") {
            switch digits.count >= 3 ? digits[1] | 0x20 : 0 {
            case UInt8(ascii: "x"): base = 16
            case UInt8(ascii: "o"): base = 8
            case UInt8(ascii: "b"): base = 2
            default: base = digits.count > 1 ? 8 : 10
            }
            if digits.count >= 3, decimalDigit(digits[1]) == nil, digits[1] != UInt8(ascii: "_") {
                digits.removeFirst(2)
            }
        }
        guard !digits.isEmpty else { return nil }
        var magnitude: UInt64 = 0
        for byte in digits where byte != UInt8(ascii: "_") {
            guard let digit = hexDigit(byte), digit < base else { return nil }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: base)
            let (sum, carry) = product.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            magnitude = sum
        }
        if isNegative {
            return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
        }
        return Int64(exactly: magnitude)
    }

    /// `strconv.ParseFloat(text, 64)`: decimal or hexadecimal with a binary exponent, `inf`, `nan`; too large is
    /// refused.
    package static func float(_ text: String) -> Double? {
        let lowered = text.lowercased()
        switch lowered {
        case "nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: break
        }
        var digits = Array(lowered.utf8)
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard hasFloatShape(digits), hasWellPlacedUnderscores(digits) else { return nil }
        guard let value = Double(lowered.filter { $0 != "_" }), value.isFinite else { return nil }
        return value
    }

    /// Nanoseconds, by `time.ParseDuration`: `300s`, `1h30m`, `1.5s`, and `0` alone without a unit.
    package static func duration(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { return nil }
        // Go sums in an unsigned word and lets it reach 2^63, which only the negative result may have.
        let limit: UInt64 = 1 << 63
        var total: UInt64 = 0
        while !rest.isEmpty {
            guard let (number, unit) = durationTerm(&rest, limit: limit) else { return nil }
            let (whole, overflow) = number.whole.multipliedReportingOverflow(by: unit)
            guard !overflow, whole <= limit else { return nil }
            // As Go computes it, rounding included; the fraction is below one unit.
            let part = UInt64(Double(number.fraction) * (Double(unit) / number.scale))
            let (term, carry) = whole.addingReportingOverflow(part)
            guard !carry, term <= limit else { return nil }
            total = total &+ term
            guard total <= limit else { return nil }
        }
        if isNegative { return Int64(truncatingIfNeeded: 0 &- total) }
        return Int64(exactly: total)
    }

    /// As `time.Duration.String` prints it: `1h0m0s`, `1.5s`, `20ms`.
    package static func text(ofDuration nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        if magnitude == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        guard magnitude >= 1_000_000_000 else {
            let (unit, word): (UInt64, String) =
                magnitude < 1_000 ? (1, "ns") : magnitude < 1_000_000 ? (1_000, "µs") : (1_000_000, "ms")
            return sign + decimal(magnitude, in: unit) + word
        }
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, in: 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        return minutes < 60 ? "\(sign)\(minutes)m\(seconds)" : "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    /// - Parameter unit: a power of ten.
    private static func decimal(_ value: UInt64, in unit: UInt64) -> String {
        var digits = String(value % unit + unit).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return digits.isEmpty ? "\(value / unit)" : "\(value / unit).\(digits)"
    }

    /// One CSV record, as `encoding/csv` reads it; the empty text is no element. pflag's stringSlice.
    package static func stringSlice(_ text: String) -> [String]? {
        if text.isEmpty { return [] }
        return CSVRecord.first(in: text)
    }

    /// One assignment of a feature gate.
    package struct Gate: Sendable, Equatable {
        /// The component before the colon (Kubernetes 1.31 on); nil where none is named, which means `kube`.
        package var component: String?
        package var name: String
        package var isEnabled: Bool

        package init(component: String? = nil, name: String, isEnabled: Bool) {
            self.component = component
            self.name = name
            self.isEnabled = isEnabled
        }
    }

    /// The assignments of one `--feature-gates` value in their order: `Name=bool` (up to 1.30) and `component:Name=bool`
    /// (from 1.31 on) alike. A later assignment overrides an earlier one.
    package static func gates(_ text: String) -> [Gate]? {
        var gates: [Gate] = []
        for pair in text.utf8.split(separator: UInt8(ascii: ",")) {
            var assignment = pair
            var component: String?
            if let colon = pair.firstIndex(of: UInt8(ascii: ":")) {
                component = trimmed(pair[..<colon])
                assignment = pair[pair.index(after: colon)...]
            }
            guard let equals = assignment.firstIndex(of: UInt8(ascii: "=")),
                let isEnabled = bool(trimmed(assignment[assignment.index(after: equals)...]))
            else { return nil }
            gates.append(Gate(component: component, name: trimmed(assignment[..<equals]), isEnabled: isEnabled))
        }
        return gates
    }

    /// Whether the component would take the text for a flag of this kind.
    package static func isValid(_ text: String, for kind: FlagKind) -> Bool {
        switch kind {
        case .bool: bool(text) != nil
        case .int: int(text) != nil
        case .float: float(text) != nil
        case .duration: duration(text) != nil
        case .ip: ip(text) != nil
        case .stringSlice: CSVRecord.isPlain(text) || stringSlice(text) != nil
        case .gates: gates(text) != nil
        case .string, .stringArray, .map: true
        }
    }
}

extension FlagValue {
    /// Digits without a sign, a base or underscores, and few enough to fit: nearly every number on a line.
    private static func plainDecimal(_ text: String) -> Int64? {
        guard (1...18).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for byte in text.utf8 {
            guard let digit = decimalDigit(byte) else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    /// Go's `underscoreOK` (strconv/atoi.go), after the sign: an underscore stands between digits, or between a base
    /// prefix and a digit.
    private static func hasWellPlacedUnderscores(_ digits: [UInt8]) -> Bool {
        guard digits.contains(UInt8(ascii: "_")) else { return true }
        var rest = digits[...]
        var followsDigit = false
        var followsUnderscore = false
        var isHex = false
        if rest.count >= 2, rest[0] == UInt8(ascii: "0"), "box".utf8.contains(rest[1] | 0x20) {
            followsDigit = true
            isHex = rest[1] | 0x20 == UInt8(ascii: "x")
            rest = rest.dropFirst(2)
        }
        for byte in rest {
            if decimalDigit(byte) != nil || isHex && hexDigit(byte) != nil {
                (followsDigit, followsUnderscore) = (true, false)
            } else if byte == UInt8(ascii: "_") {
                guard followsDigit else { return false }
                (followsDigit, followsUnderscore) = (false, true)
            } else {
                guard !followsUnderscore else { return false }
                followsDigit = false
            }
        }
        return !followsUnderscore
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        if let digit = decimalDigit(byte) { return UInt64(digit) }
        let lowered = byte | 0x20
        guard lowered >= UInt8(ascii: "a"), lowered <= UInt8(ascii: "f") else { return nil }
        return UInt64(lowered - UInt8(ascii: "a")) + 10
    }

    /// Go's grammar for a floating-point number without its sign, lower-cased.
    private static func hasFloatShape(_ digits: [UInt8]) -> Bool {
        let isHex = digits.starts(with: "0x".utf8)
        let exponentMark = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
        var mantissa = digits[...]
        if isHex { mantissa = mantissa.dropFirst(2) }
        var exponent: ArraySlice<UInt8>?
        if let mark = mantissa.firstIndex(of: exponentMark) {
            exponent = mantissa[(mark + 1)...]
            mantissa = mantissa[..<mark]
        }
        if isHex, exponent == nil { return false }
        if var exponent {
            if exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+") { exponent.removeFirst() }
            guard let first = exponent.first, decimalDigit(first) != nil,
                exponent.allSatisfy({ decimalDigit($0) != nil || $0 == UInt8(ascii: "_") })
            else { return false }
        }
        var points = 0
        var digitCount = 0
        for byte in mantissa {
            if byte == UInt8(ascii: ".") {
                points += 1
            } else if decimalDigit(byte) != nil || isHex && hexDigit(byte) != nil {
                digitCount += 1
            } else if byte != UInt8(ascii: "_") {
                return false
            }
        }
        return points <= 1 && digitCount > 0
    }

    static func trimmed(_ text: Substring.UTF8View) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        var rest = text.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}
