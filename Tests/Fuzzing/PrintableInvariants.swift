/// What must not reach a terminal, a line end aside: controls, marks that turn the direction, other line breaks.
func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
    default: false
    }
}

func checkPrintable(_ text: String, _ what: String) throws(BrokenInvariant) {
    // A run of a few ASCII bytes at a time is most of every report.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A }) { return }
    let culprit = text.unicodeScalars.first { $0 != "\n" && steersTerminal($0) }
    try hold(culprit == nil, "\(what) holds U+\(culprit.map { String($0.value, radix: 16) } ?? "")")
}
