/// Tells which rows of a listing were cut by a limit on their width.
///
/// A missed cut turns "not on the line" into a wrong verdict; a false alarm only into an unknown. The rules, lengths
/// in bytes without the line's end:
/// - BusyBox caps a line at 2048 (procps/ps.c; it has no PPID column), procps at 131072 (library/readproc.c).
/// - Kernels before 4.2 give one page of `/proc/PID/cmdline`: a command of 4096 bytes (65536 with 64 KiB pages), or one
///   less, when no command is longer.
/// - `COLUMNS` or a terminal, which kubesweep's own command shuts out, can only have cut the longest rows, counted in
///   characters. One row is enough if its length is a round width from 512 up, where an API server may be alone in
///   being that long. From 60 up, two rows of the same greatest length are enough if the length is a width that people
///   use, or if the rows are not twins. Twins start with the same word and end with the same word: containerd shims, or
///   the API servers of two kind clusters, whose equal length is natural. Longer rows by up to 4 are cut as well:
///   procps 4.0.2 lets a row grow by the control characters that it replaces.
struct WidthLimit {
    /// In characters; nil where the longest rows show no sign of a terminal's or `COLUMNS`' width.
    private var cutWidth: Int?
    private var isBusyBoxes = false
    private var longestCommand = 0
    private let bytes: UnsafeBufferPointer<UInt8>

    private static let growth = 4
    private static let busyBoxLine = 2048
    private static let procpsLine = 131_072
    private static let onePage: Set<Int> = [4095, 4096, 65535, 65536]
    private static let roundWidths: Set<Int> = [
        512, 1000, 1024, 1500, 2000, 2048, 2500, 3000, 4000, 4096, 5000, 8192, 9999, 10000, 16384, 20000, 32768, 65536,
    ]
    private static let usualWidths: Set<Int> = [
        72, 79, 80, 90, 100, 110, 120, 125, 127, 128, 130, 131, 132, 135, 140, 150, 160, 175, 180, 190, 192, 200, 210,
        220, 225, 230, 240, 250, 254, 255, 256, 300, 320, 350, 400, 450, 480, 500, 511,
    ]

    /// `isOwnCommands`: the listing comes from kubesweep's remote command.
    init(rows: [ProcessRow], of bytes: UnsafeBufferPointer<UInt8>, isOwnCommands: Bool) {
        self.bytes = bytes
        isBusyBoxes = rows.contains { $0.parent == nil } && !rows.contains { $0.line.count > Self.busyBoxLine }
        for row in rows { longestCommand = max(longestCommand, row.command.count) }
        if !isOwnCommands { cutWidth = width(of: rows) }
    }

    func cuts(_ row: ProcessRow) -> Bool {
        if let cutWidth, characters(in: row) >= cutWidth { return true }
        return row.line.count >= Self.procpsLine - 1
            || isBusyBoxes && row.line.count == Self.busyBoxLine
            || row.command.count == longestCommand && Self.onePage.contains(longestCommand)
    }

    private func width(of rows: [ProcessRow]) -> Int? {
        let lengths = rows.map(characters)
        guard let longest = lengths.max(), longest >= 60 else { return nil }
        if Self.roundWidths.contains(longest) { return longest }
        for length in stride(from: longest, through: longest - Self.growth, by: -1) {
            let together = zip(rows, lengths).filter { $0.1 == length }.map(\.0)
            guard together.count > 1 else { continue }
            let areAllTwins = together.dropFirst().allSatisfy { areTwins(together[0], $0) }
            if Self.usualWidths.contains(length) || Self.roundWidths.contains(length) || !areAllTwins { return length }
        }
        return nil
    }

    /// Every byte that does not continue a character of UTF-8 counts as one.
    private func characters(in row: ProcessRow) -> Int {
        var continuing = 0
        for index in row.line { continuing &+= bytes[index] & 0xC0 == 0x80 ? 1 : 0 }
        return row.line.count - continuing
    }

    private func areTwins(_ one: ProcessRow, _ other: ProcessRow) -> Bool {
        let space = UInt8(ascii: " ")
        let (one, other) = (bytes[one.command], bytes[other.command])
        let oneLast = one[(one.lastIndex(of: space) ?? one.startIndex)...]
        let otherLast = other[(other.lastIndex(of: space) ?? other.startIndex)...]
        return one.prefix { $0 != space }.elementsEqual(other.prefix { $0 != space })
            && oneLast.elementsEqual(otherLast)
    }
}
