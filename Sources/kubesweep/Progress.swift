import Glibc
import Hardening

/// One line on a terminal's standard error that says how far the sweep is; nothing anywhere else, so that logs and cron
/// mail stay clean.
struct Progress {
    private let total: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private var ended = 0
    private var notSeen = 0

    init(total: Int) {
        self.total = total
    }

    mutating func took(_ host: HostRecord) {
        ended += 1
        if host.state != .evaluated { notSeen += 1 }
        guard isShown else { return }
        // Back to the line's start; a count never gets shorter, so the new text covers the old.
        let text = "\rkubesweep: \(ended) of \(total) hosts, \(notSeen) not seen"
        _ = Console.writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Ends the line, so that whatever comes next has one of its own.
    func end() {
        if isShown, ended > 0 { _ = Console.writeAll([UInt8(ascii: "\n")], to: STDERR_FILENO) }
    }
}
