/// The text in double quotes, escaped for a terminal and cut after 80 Unicode scalars.
package func quoted(_ text: String) -> String {
    let limit = 80
    let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    // Longer than the limit, found without walking a text of megabytes.
    let isCut = text.unicodeScalars.dropFirst(limit).first != nil
    return "\"" + escaped(head, quotes: true) + (isCut ? "…" : "") + "\""
}

/// The text with everything that a terminal could obey, or that a reader could not see, written as `\u{…}`.
package func escaped(_ text: String, quotes: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"" where quotes, "\\" where quotes:
            result += "\\"
            result.unicodeScalars.append(scalar)
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case _ where scalar != " " && isInvisible(scalar):
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Controls, bidirectional and other format marks, and every kind of space and line break.
package func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value <= 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
        return true
    default: return false
    }
}

/// True where the text holds something invisible other than plain spaces.
package func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0 != " " && isInvisible($0) }
}
