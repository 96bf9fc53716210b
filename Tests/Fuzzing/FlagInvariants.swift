import Glibc
import Hardening
import ProcessTable

private let syntaxes: [FlagSyntax] = Component.allCases.compactMap { builtInFacts[$0]?.syntax }

/// The first byte chooses a component's syntax; the rest are arguments, one a line.
func checkFlags(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    guard let choice = bytes.first else { return }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    let words = text.split(separator: UInt8(ascii: "\n")).map(String.init)
    let syntax = syntaxes[Int(choice) % syntaxes.count]
    let exact = syntax.parse(argv: words)
    try checkPartition(exact, of: words, isCut: false)
    for occurrence in exact.occurrences { try checkSpelling(occurrence, in: words, syntax) }
    try hold(exact.ambiguity == nil, "an exact argv is ambiguous")

    let whole = syntax.parse(words)
    try checkPartition(whole, of: words, isCut: false)
    for occurrence in whole.occurrences { try checkSpelling(occurrence, in: words, syntax) }
    try hold(whole == syntax.parse(words), "read twice, read differently")

    let cut = syntax.parse(words, isCut: true)
    try checkPartition(cut, of: words, isCut: true)
    for occurrence in cut.occurrences {
        try hold(whole.occurrences.contains(occurrence), "the cut shows --\(occurrence.name)=\(occurrence.value)")
    }
    for text in [exact.error, whole.error, whole.ambiguity].compactMap(\.self) {
        try hold(text.utf8.count < 8 * bytes.count + 200, "a message longer than its line")
    }
    for occurrence in whole.occurrences { try checkValue(occurrence.value) }
}

/// Every reading of a value, against another way to the same value.
private func checkValue(_ text: String) throws(BrokenInvariant) {
    if let value = FlagValue.int(text) {
        try hold(FlagValue.int("\(value)") == value, "\(text) is \(value)")
        if let plain = Int64(text), !text.hasPrefix("0"), !text.hasPrefix("-0"), !text.hasPrefix("+0") {
            try hold(plain == value, "\(text) is \(plain), not \(value)")
        }
    } else if let plain = Int64(text) {
        // Swift reads 08 as 8, Go as a wrong octal number.
        try hold(text.drop { $0 == "-" || $0 == "+" }.hasPrefix("0"), "\(text) is \(plain)")
    }
    if let value = FlagValue.float(text), value.isFinite {
        try hold(FlagValue.float("\(value)") == value, "\(text) is \(value)")
    }
    if let value = FlagValue.duration(text) {
        try hold(FlagValue.duration("\(value)ns") == value, "\(text) is \(value) ns")
    }
    if let fields = FlagValue.stringSlice(text), !fields.isEmpty {
        let record = fields.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
        try hold(FlagValue.stringSlice(record) == fields, "\(text) is \(fields)")
        try hold(fields.reduce(0) { $0 + $1.utf8.count + 1 } <= text.utf8.count + 1, "\(text) is \(fields)")
    }
    if let gates = FlagValue.gates(text) {
        let spelt = gates.map { ($0.component.map { $0 + ":" } ?? "") + $0.name + "=" + ($0.isEnabled ? "t" : "f") }
        try hold(FlagValue.gates(spelt.joined(separator: ",")) == gates, "\(text) is \(gates)")
    }
    if let address = IPAddress(text) {
        try hold(posixAddress(text) == address.bytes, "\(text) is \(address.bytes)")
    } else if text.utf8.count <= 64, !text.utf8.contains(0) {
        try hold(posixAddress(text) == nil, "\(text) is an address")
    }
    for kind in FlagKind.allCases { _ = FlagValue.isValid(text, for: kind) }
}

/// POSIX reads the same addresses as Go; a mapped IPv4 address is one of IPv4.
private func posixAddress(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
    guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped ? Array(bytes[12...]) : bytes
}
