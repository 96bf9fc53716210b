import ProcessTable

private let origins: [ListingOrigin] = [
    .remoteCommand, .forcedCommand(orderlyClose: true), .forcedCommand(orderlyClose: false), .saved,
]

func checkListing(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    var shown: HostEvidence?
    for (index, origin) in origins.enumerated() {
        let evidence: HostEvidence
        do throws(ListingProblem) {
            evidence = try HostEvidence.read(bytes, origin: origin)
        } catch {
            try check(error, of: bytes)
            try hold(shown == nil, "readable from one origin and not from another")
            continue
        }
        try hold(index == 0 || shown != nil, "readable from one origin and not from another")
        try checkBounds(evidence, of: bytes)
        try checkWholeness(evidence.wholeness, of: bytes, origin)
        for process in evidence.processes { try checkWords(process, of: bytes) }
        // What was seen does not depend on who is asked whether it is all.
        var unjudged = evidence
        unjudged.wholeness = .assumed
        if let shown { try hold(shown == unjudged, "another origin shows other processes") }
        shown = unjudged
    }
    let cut = bytes.prefix(bytes.choice(of: bytes.count + 1))
    if let evidence = try? HostEvidence.read(UnsafeBufferPointer(rebasing: cut), origin: .remoteCommand) {
        try checkWholeness(evidence.wholeness, of: UnsafeBufferPointer(rebasing: cut), .remoteCommand)
    }
}

private func check(_ problem: ListingProblem, of bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    guard case .notAListing(let line, let excerpt) = problem else { return }
    try hold(line >= 1 && line <= bytes.count, "line \(line) of \(bytes.count) bytes")
    // A mark stands for at least ://@, so that an excerpt can grow to three times its 80 characters.
    try hold(excerpt.unicodeScalars.count <= 240, "an excerpt of \(excerpt.unicodeScalars.count) characters")
    try hold(!excerpt.unicodeScalars.contains(where: steersTerminal), "control characters in an excerpt")
}

private func checkBounds(
    _ evidence: HostEvidence, of bytes: UnsafeBufferPointer<UInt8>
) throws(BrokenInvariant) {
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    try hold(evidence.rowCount <= lines, "\(evidence.rowCount) rows on \(lines) lines")
    let kinds = Component.allCases.count
    try hold(evidence.processes.count <= kinds * evidence.rowCount, "more processes than rows")
    try hold(evidence.lookAlikes.count <= kinds * evidence.rowCount, "more look-alikes than rows")
    // A row cut before its program's name counts, and so does a launcher cut before the name that would tell.
    try hold(evidence.unreadableRows <= 2 * lines, "\(evidence.unreadableRows) unreadable rows on \(lines) lines")
    for process in evidence.processes {
        try hold(process.pid >= 0 && process.user.utf8.count <= 192, "pid \(process.pid), user \(process.user)")
        try hold(process.arguments.count <= bytes.count, "more arguments than bytes")
        if let leak = secret(in: process.arguments) { throw BrokenInvariant(description: "not redacted: \(leak)") }
    }
}

/// A listing is proven whole only by its last line, or by the channel that a forced command closed in order.
private func checkWholeness(
    _ wholeness: Wholeness, of bytes: UnsafeBufferPointer<UInt8>, _ origin: ListingOrigin
) throws(BrokenInvariant) {
    let endsInMarker = lines(of: bytes).last.map(isEndMarker) ?? false
    switch wholeness {
    case .proven:
        let isProven =
            endsInMarker || origin == .forcedCommand(orderlyClose: true) && bytes.last == UInt8(ascii: "\n")
        try hold(isProven, "proven by nothing")
    case .assumed, .excerpt:
        try hold(bytes.last == UInt8(ascii: "\n"), "taken for whole without a final newline")
        let isTrusted = endsInMarker || origin == .saved || origin == .forcedCommand(orderlyClose: true)
        try hold(isTrusted, "taken for whole without its end marker")
        if case .assumed = wholeness { try hold(origin == .saved, "assumed to be whole") }
    case .cut: break
    }
}

/// The lines that a newline ends, without their ends.
private func lines(of bytes: UnsafeBufferPointer<UInt8>) -> [Slice<UnsafeBufferPointer<UInt8>>] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    lines.removeLast()
    return lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
}

private func isEndMarker(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let start = "kubesweep-end status="
    guard line.starts(with: start.utf8) else { return false }
    let digits = line.dropFirst(start.utf8.count)
    return (1...3).contains(digits.count) && digits.allSatisfy { $0 == UInt8(ascii: "0") }
}

/// A process's words are the last words of a line of the listing, and no other.
private func checkWords(
    _ process: ControlPlaneProcess, of bytes: UnsafeBufferPointer<UInt8>
) throws(BrokenInvariant) {
    // Beyond this length a row's end is left out; see `ListingReader.longestCommand`.
    guard bytes.count < 131_072 else { return }
    let isFound = bytes.split(separator: UInt8(ascii: "\n")).contains { line in
        let words = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            .split(separator: UInt8(ascii: " "))
        return words.contains { $0.utf8.reversed().starts(with: process.program.utf8.reversed()) }
            && areLast(process.arguments, of: words)
    }
    try hold(isFound, "pid \(process.pid) has words that no line has: \(process.program) \(process.arguments)")
}
