import Glibc
import Hardening

/// One line on a terminal's standard error that says how far the sweep is; nothing anywhere else, so that logs and cron
/// mail stay clean.
struct Progress {
    private let total: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private var ended = 0
    private var notSeen = 0

    private let missing: String

    /// - Parameter missing: what is said of hosts that gave nothing.
    init(total: Int, missing: String = "not seen") {
        self.total = total
        self.missing = missing
    }

    mutating func took(_ host: HostRecord) { took(isSeen: host.state == .evaluated) }

    mutating func took(isSeen: Bool) {
        ended += 1
        if !isSeen { notSeen += 1 }
        guard isShown else { return }
        // Back to the line's start; a count never gets shorter, so the new text covers the old.
        let text = "\rkubesweep: \(ended) of \(total) hosts, \(notSeen) \(missing)"
        _ = Console.writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Ends the line, so that whatever comes next has one of its own.
    func end() {
        if isShown, ended > 0 { _ = Console.writeAll([UInt8(ascii: "\n")], to: STDERR_FILENO) }
    }
}
