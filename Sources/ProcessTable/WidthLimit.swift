/// Tells which rows of a listing were cut by a limit on their width.
///
/// A missed cut turns "not on the line" into a wrong verdict; a false alarm only into an unknown. The rules, lengths
/// in bytes without the line's end:
/// - BusyBox caps a line at 2048 (procps/ps.c; it has no PPID column), procps at 131072 (library/readproc.c).
/// - Kernels before 4.2 give one page of `/proc/PID/cmdline`: a command of 4096 bytes (65536 with 64 KiB pages), or one
///   less, when no command is longer.
/// - `COLUMNS` or a terminal, which kubesweep's own command shuts out, can only have cut the longest rows. One row is
///   enough if its length is a round width from 512 up, where an API server may be alone in being that long. From 60
///   up, two rows of the same greatest length are enough if the length is a width that people use, or if the rows are
///   not twins. Twins start with the same word and end with the same word: containerd shims, or the API servers of two
///   kind clusters, whose equal length is natural.
struct WidthLimit {
    /// Nil where the longest rows show no sign of a cut.
    private var cutLineLength: Int?
    private var longestCommand = 0

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
        var longest = 0
        for row in rows {
            longest = max(longest, row.line.count)
            longestCommand = max(longestCommand, row.command.count)
        }
        let length = longest
        if length == Self.busyBoxLine, rows.contains(where: { $0.parent == nil }) { cutLineLength = length }
        guard length >= 60, !isOwnCommands else { return }
        if Self.roundWidths.contains(length) {
            cutLineLength = length
            return
        }
        let candidates = rows.filter { $0.line.count == length }
        guard let first = candidates.first, candidates.count > 1 else { return }
        let areTwins = candidates.dropFirst().allSatisfy { Self.areTwins(first, $0, of: bytes) }
        if Self.usualWidths.contains(length) || !areTwins { cutLineLength = length }
    }

    func cuts(_ row: ProcessRow) -> Bool {
        row.line.count == cutLineLength
            || row.line.count >= Self.procpsLine - 1
            || row.command.count == longestCommand && Self.onePage.contains(longestCommand)
    }

    private static func areTwins(_ one: ProcessRow, _ other: ProcessRow, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let space = UInt8(ascii: " ")
        let (one, other) = (bytes[one.command], bytes[other.command])
        let oneLast = one[(one.lastIndex(of: space) ?? one.startIndex)...]
        let otherLast = other[(other.lastIndex(of: space) ?? other.startIndex)...]
        return one.prefix { $0 != space }.elementsEqual(other.prefix { $0 != space })
            && oneLast.elementsEqual(otherLast)
    }
}
