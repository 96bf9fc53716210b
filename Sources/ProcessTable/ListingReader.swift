extension HostEvidence {
    /// Reads a process listing down to its control-plane processes. Rows of other processes are not decoded.
    ///
    /// A listing that is cut or has unreadable rows is a result, not an error: see `wholeness`.
    package static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, origin: ListingOrigin
    ) throws(ListingProblem) -> HostEvidence {
        try ListingReader(bytes).evidence(from: origin)
    }

    /// The same, for bytes in an array.
    package static func read(_ bytes: [UInt8], origin: ListingOrigin) throws(ListingProblem) -> HostEvidence {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ListingProblem) in try read(buffer, origin: origin) }
    }
}

/// What the lines of a listing are: header, rows, end marker, and lines that are none of these.
private struct ListingReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var hasHeader = false
    private var rows: [ProcessRow] = []
    private var entries: [Roster.Entry] = []
    private var unreadableRows = 0
    private var firstText: (line: Int, range: Range<Int>)?
    private var markerStatus: Int?
    private var markerIsLast = false
    private var endsInNewline = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        rows.reserveCapacity(bytes.count / 64)
        var lines = ListingLines(bytes)
        if let layout = readToHeader(&lines) {
            hasHeader = true
            readRows(&lines, layout)
        } else {
            lines = ListingLines(bytes)
            readRows(&lines, .headerless)
        }
        endsInNewline = lines.lastEndsInNewline
        if !endsInNewline, !rows.isEmpty { rows[rows.count - 1].isOpenEnded = true }
        readEntries()
    }

    /// Skips what a shell's profile may have printed. Rows before the header are no such talk: they count as
    /// unreadable, so that nothing is lost silently.
    private mutating func readToHeader(_ lines: inout ListingLines) -> RowLayout? {
        while let line = lines.next() {
            if let layout = RowLayout(header: text(line)) { return layout }
            if RowLayout.isRow(line, of: bytes) { unreadableRows += 1 }
            if firstText == nil, !text(line).allSatisfy(isBlank) { firstText = (lines.number, line) }
        }
        unreadableRows = 0
        return nil
    }

    private mutating func readRows(_ lines: inout ListingLines, _ layout: RowLayout) {
        var isAfterRow = false
        while let line = lines.next() {
            markerIsLast = false
            if let row = layout.row(at: line, of: bytes), hasHeader || RowLayout.isRow(line, of: bytes) {
                rows.append(row)
                isAfterRow = true
                continue
            }
            if let status = RemoteCommand.endMarkerStatus(of: text(line)) {
                markerIsLast = markerStatus == nil && lines.lastEndsInNewline
                markerStatus = status
            } else if !text(line).allSatisfy(isBlank) {
                // Before the first row of an excerpt stands what the person who saved it typed.
                if hasHeader || !rows.isEmpty { unreadableRows += 1 }
                // A newline in an argument, a terminal's wrap: this may be the rest of the row before.
                if isAfterRow { rows[rows.count - 1].isOpenEnded = true }
            }
            isAfterRow = false
        }
    }

    private func text(_ line: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[line])
    }

    func evidence(from origin: ListingOrigin) throws(ListingProblem) -> HostEvidence {
        if !hasHeader, rows.isEmpty { throw problem }
        let roster = Roster(entries)
        return HostEvidence(
            wholeness: wholeness(from: origin),
            isHidden: hasHeader && !rows.contains { $0.pid == 1 || $0.pid == 2 },
            rowCount: rows.count, processes: roster.processes, lookAlikes: roster.lookAlikes,
            unreadableRows: unreadableRows)
    }

    private var problem: ListingProblem {
        if let status = markerStatus, status != 0 { return .commandFailed(status: status) }
        guard let (line, range) = firstText, RemoteCommand.endMarkerStatus(of: text(range)) == nil else {
            return .empty
        }
        let decoded = String(decoding: bytes[range].prefix(320), as: UTF8.self)
        let printable = decoded.unicodeScalars.map { scalar -> Character in
            scalar.properties.generalCategory.isPrintable ? Character(scalar) : "\u{FFFD}"
        }
        return .notAListing(
            line: line, excerpt: Redaction.text(String(printable.prefix(80)), isCut: printable.count > 80))
    }

    private func wholeness(from origin: ListingOrigin) -> Wholeness {
        if let markerStatus {
            if !markerIsLast { return .cut(.noEndMarker) }
            if markerStatus != 0 { return .cut(.commandFailed) }
        } else if origin != .saved, origin != .forcedCommand(orderlyClose: true) {
            return .cut(.noEndMarker)
        } else if !endsInNewline {
            return .cut(.noFinalNewline)
        }
        if unreadableRows > 0 { return .cut(.unreadableRows) }
        if !hasHeader { return .excerpt }
        return markerStatus == nil && origin == .saved ? .assumed : .proven
    }

    private mutating func readEntries() {
        entries.reserveCapacity(8)
        let limit = WidthLimit(rows: rows, of: bytes, isOwnCommands: markerStatus != nil)
        let ancestry = Ancestry(rows, of: bytes)
        for row in rows {
            let isTooLong = row.command.count > Self.longestCommand
            let isCut = row.isOpenEnded || isTooLong || limit.cuts(row)
            if isCut, isCutInName(row) { unreadableRows += 1 }
            guard CommandName.isOfInterest(in: row.command, of: bytes) else { continue }
            guard entries.count < Self.mostEntries else {
                unreadableRows += 1
                continue
            }
            let words = words(of: row)
            let claims = ComponentClaim.claims(of: words)
            // A launcher or hyperkube cut before the name that would tell.
            if claims.isEmpty, isCut { unreadableRows += 1 }
            let mayHoldSecrets = isCut || Redaction.isNeeded(in: text(row.command))
            let starter = claims.isEmpty ? .notListed : ancestry.starter(of: row)
            for var claim in claims {
                if mayHoldSecrets { claim.redact(isCut: isCut) }
                entries.append(
                    Roster.Entry(
                        claim: claim, pid: row.pid, parent: row.parent,
                        user: String(decoding: bytes[row.user].prefix(64), as: UTF8.self), isCut: isCut,
                        starter: starter))
            }
        }
    }

    /// The command, split at single spaces: two in a row have an empty argument between them.
    private func words(of row: ProcessRow) -> [String] {
        var words: [String] = []
        words.reserveCapacity(row.command.count / 24 + 1)
        let end = min(row.command.upperBound, row.command.lowerBound + Self.longestCommand)
        var start = row.command.lowerBound
        while true {
            let space = bytes.position(of: UInt8(ascii: " "), in: start..<end)
            words.append(String(decoding: text(start..<space), as: UTF8.self))
            guard space < end else { return words }
            start = space + 1
        }
    }

    /// Whether what is left of a cut row does not even tell which program it is.
    private func isCutInName(_ row: ProcessRow) -> Bool {
        bytes[row.command.lowerBound] != UInt8(ascii: "[")
            && bytes.position(of: UInt8(ascii: " "), in: row.command) == row.command.upperBound
    }

    /// More components than any host runs: what a hostile one sends beyond is counted, not judged.
    private static let mostEntries = 1000

    /// The longest command that procps prints (128 KiB); what is longer was written by something else.
    private static let longestCommand = 131_072
}

/// Finds the few rows worth decoding without decoding the others.
private enum CommandName {
    /// For every last byte of a name in `ComponentClaim.names`, the lengths that such names have, as bits.
    private static let lengths: [UInt32] = {
        var lengths = [UInt32](repeating: 0, count: 256)
        for name in ComponentClaim.names {
            if let last = name.utf8.last { lengths[Int(last)] |= 1 << UInt32(name.utf8.count) }
        }
        return lengths
    }()

    static func isOfInterest(in command: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let end = bytes.position(of: UInt8(ascii: " "), in: command)
        guard end > command.lowerBound else { return false }
        let lengths = lengths[Int(bytes[end - 1])]
        guard lengths != 0 else { return false }
        var start = end
        while start > command.lowerBound, bytes[start - 1] != UInt8(ascii: "/") { start -= 1 }
        guard end - start < 32, lengths & (1 << UInt32(end - start)) != 0,
            ComponentClaim.names.contains(String(decoding: bytes[start..<end], as: UTF8.self))
        else { return false }
        let defunct = " <defunct>"
        return !bytes[command].suffix(defunct.utf8.count).elementsEqual(defunct.utf8)
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
