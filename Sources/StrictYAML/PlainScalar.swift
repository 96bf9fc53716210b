package import Yams

extension Node.Scalar {
    /// True for a plain scalar that YAML reads as nothing: empty, `~` or `null` (YAML 1.2.2, section 10.3.2).
    package var isNull: Bool {
        style == .plain && ["", "~", "null", "Null", "NULL"].contains(string)
    }

    /// The boolean that a plain scalar is; nil for anything else, `yes` and `no` included.
    package var boolean: Bool? {
        guard style == .plain else { return nil }
        switch string {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: return nil
        }
    }

    /// True for a plain scalar that YAML reads as a number (YAML 1.2.2, section 10.3.2).
    package var isNumber: Bool {
        guard style == .plain else { return false }
        var rest = string.utf8[...]
        if rest.starts(with: "0x".utf8) || rest.starts(with: "0o".utf8) { return rest.count > 2 }
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(Substring(rest)) { return true }
        guard let first = rest.first, first == UInt8(ascii: ".") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= first
        else {
            return false
        }
        return Double(Substring(rest)) != nil
    }
}
