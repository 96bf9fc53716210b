import FleetSweep
import Glibc
import SSH

/// Asks on the controlling terminal without showing what is typed. Standard input and output stay free for a pipe.
final class TerminalPrompt: Sendable {
    private let end: SweepEnd
    /// Becomes readable when the sweep is ended, so that a signal finds the terminal's settings restored.
    private let wakeup: Int32

    init(until end: SweepEnd) {
        self.end = end
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        wakeup = ends[0]
        let wake = ends[1]
        end.onRaise { close(wake) }
    }

    /// Nil where there is no terminal to ask on, where nothing is entered, and where the sweep is ended meanwhile.
    func ask(_ question: String) -> Passphrase? {
        guard end.cause == nil else { return nil }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        // In the background a change of the settings would stop the program.
        guard tcgetpgrp(terminal) == getpgrp() else { return nil }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else { return nil }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO)
        quiet.c_lflag |= tcflag_t(ICANON | ISIG)
        // Being stopped or killed by these keys would leave a shell that shows nothing.
        withUnsafeMutableBytes(of: &quiet.c_cc) { keys in
            keys[Int(VSUSP)] = 0
            keys[Int(VQUIT)] = 0
        }
        guard tcsetattr(terminal, TCSAFLUSH, &quiet) == 0 else { return nil }
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            _ = Console.writeAll([UInt8(ascii: "\n")], to: terminal)
        }
        _ = Console.writeAll(Array(Self.printable(question).utf8), to: terminal)
        return line(from: terminal)
    }

    private func line(from terminal: Int32) -> Passphrase? {
        var line = [UInt8](repeating: 0, count: Passphrase.limit)
        var files = [
            pollfd(fd: terminal, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&files, 2, -1) < 0, errno == EINTR {}
        guard end.cause == nil else { return nil }
        // A terminal in canonical mode gives a line at a time.
        let count = read(terminal, &line, line.count)
        guard count > 0 else { return nil }
        line.removeLast(line.count - count)
        if line.last == UInt8(ascii: "\n") { line.removeLast() }
        return line.isEmpty ? nil : Passphrase(taking: &line)
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }))
    }
}
