/// Where the fields of a listing's rows stand, read from the words of its header: column offsets move with the
/// width of a PID, and BusyBox has other columns.
struct RowLayout {
    /// Fields before the command.
    private var fieldCount: Int
    private var user: Int
    private var pid: Int
    /// Nil where there is no PPID column.
    private(set) var parent: Int?
    private var time: Int?
    /// BusyBox without its desktop options: STAT is three characters wide and may hold a space (`S <`).
    private var statMaySplit = false

    /// `ps -ef` without its header: what `ps -ef | grep kube-apiserver` leaves.
    static let headerless = RowLayout(fieldCount: 7, user: 0, pid: 1, parent: 2, time: 6)

    private init(fieldCount: Int, user: Int, pid: Int, parent: Int?, time: Int?) {
        self.fieldCount = fieldCount
        self.user = user
        self.pid = pid
        self.parent = parent
        self.time = time
    }

    private static let columnNames: Set<String> = [
        "UID", "USER", "PID", "PPID", "C", "STIME", "TTY", "TT", "TIME", "CMD", "COMMAND", "%CPU", "%MEM", "VSZ",
        "RSS", "STAT", "START", "STARTED", "F", "S", "PRI", "NI", "ADDR", "SZ", "WCHAN", "LWP", "NLWP", "PGID",
        "PGRP", "SID", "SESS", "LABEL", "CLS", "PSR", "UIDNAME",
    ]

    /// Nil unless every word of the line is the name of a column, so that no process row passes for a header.
    init?(header line: UnsafeBufferPointer<UInt8>) {
        guard line.count < 256, line.last(where: { !isBlank($0) }) == UInt8(ascii: "D") else { return nil }
        let words = line.split(whereSeparator: isBlank).map { String(decoding: $0, as: UTF8.self) }
        guard words.count >= 3, words.allSatisfy(Self.columnNames.contains),
            words.last == "CMD" || words.last == "COMMAND",
            let user = words.firstIndex(where: { $0 == "UID" || $0 == "USER" }),
            let pid = words.firstIndex(of: "PID")
        else { return nil }
        self.init(
            fieldCount: words.count - 1, user: user, pid: pid, parent: words.firstIndex(of: "PPID"),
            time: words.firstIndex(of: "TIME"))
        statMaySplit = parent == nil && words[words.count - 2] == "STAT"
    }

    /// The row on one line, or nil if its fields do not read: too few, a PID that is no number, a TIME that is none.
    func row(at line: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> ProcessRow? {
        var row = ProcessRow(user: 0..<0, pid: 0, parent: nil, command: 0..<0, line: line)
        var index = line.lowerBound
        let end = line.upperBound
        for field in 0..<fieldCount {
            // One comparison a byte: a control character between fields is as good as a space.
            while index < end, bytes[index] <= UInt8(ascii: " ") { index += 1 }
            let start = index
            while index < end, bytes[index] > UInt8(ascii: " ") { index += 1 }
            guard index > start else { return nil }
            if field == pid {
                guard let number = number(in: start..<index, of: bytes) else { return nil }
                row.pid = number
            } else if field == user {
                row.user = start..<index
            } else if field == parent {
                guard let number = number(in: start..<index, of: bytes) else { return nil }
                row.parent = number
            } else if field == time {
                guard decimalDigit(bytes[start]) != nil else { return nil }
            }
        }
        guard index < end else { return nil }
        if parent != nil {
            // procps puts one space before CMD; a second one would be the end of an empty argv[0].
            index += 1
        } else {
            index = busyBoxCommandStart(from: index, to: end, of: bytes)
        }
        guard index < end else { return nil }
        row.command = index..<end
        return row
    }

    /// True where a line reads as a `ps -ef` row with nothing to say that it is one: C is checked too.
    static func isRow(_ line: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard headerless.row(at: line, of: bytes) != nil else { return false }
        let fields = UnsafeBufferPointer(rebasing: bytes[line]).split(
            maxSplits: 7, omittingEmptySubsequences: true, whereSeparator: isBlank)
        return fields.count == 8 && fields[3].allSatisfy { decimalDigit($0) != nil }
            && fields[6].contains(UInt8(ascii: ":"))
    }

    /// BusyBox pads the field before the command, and puts `{comm} ` before a command whose argv[0] is not comm.
    private func busyBoxCommandStart(from start: Int, to end: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        func skippingBlanks(_ index: Int) -> Int {
            var index = index
            while index < end, isBlank(bytes[index]) { index += 1 }
            return index
        }
        var index = skippingBlanks(start)
        if statMaySplit, index + 1 < end, bytes[index] == UInt8(ascii: "<") || bytes[index] == UInt8(ascii: "N"),
            isBlank(bytes[index + 1])
        {
            index = skippingBlanks(index + 1)
        }
        guard index < end, bytes[index] == UInt8(ascii: "{") else { return index }
        // comm is at most 15 bytes, and may hold spaces and braces.
        for closing in index..<min(end, index + 18)
        where bytes[closing] == UInt8(ascii: "}") && closing + 1 < end && bytes[closing + 1] == UInt8(ascii: " ") {
            return closing + 2
        }
        return index
    }

    /// Nil for what is no number or longer than any PID (pid_t is 32 bits).
    private func number(in range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard range.count <= 10 else { return nil }
        var value = 0
        for index in range {
            guard let digit = decimalDigit(bytes[index]) else { return nil }
            value = value &* 10 &+ digit
        }
        return value
    }
}

/// One process, as byte ranges into the listing.
struct ProcessRow {
    var user: Range<Int>
    var pid: Int
    var parent: Int?
    var command: Range<Int>
    /// Without the line's end.
    var line: Range<Int>
    /// The row has no newline after it, or a line follows that may be the rest of it.
    var isOpenEnded = false
}

func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
