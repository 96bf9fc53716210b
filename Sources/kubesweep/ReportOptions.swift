import ArgumentParser
import Glibc
import SweepReport

enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// Where reports go: one to standard output, any number to files in the same run.
struct ReportOptions: ParsableArguments {
    @Option(help: "What goes to standard output: \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ReportFormat = .text

    @Option(help: ArgumentHelp("Another report, to a file; may be given several times.", valueName: "format=path"))
    var report: [ReportFile] = []

    @Option(help: ArgumentHelp("Colour in text on standard output: auto, always, never.", valueName: "when"))
    var color: ColourChoice = .auto

    /// One report that cannot be written keeps no other from being written; the first such failure is thrown at the end.
    ///
    /// - Parameters: the report in each format.
    func write(json: () -> [UInt8], text: (TerminalStyle) -> String) throws(CommandFailure) {
        func bytes(_ format: ReportFormat, isColoured: Bool) -> [UInt8] {
            switch format {
            case .json: json()
            case .text: Array(text(TerminalStyle(isColoured: isColoured)).utf8)
            }
        }
        var failure: CommandFailure?
        for file in report {
            do throws(CommandFailure) {
                try file.write(bytes(file.format, isColoured: false))
            } catch {
                failure = failure ?? error
            }
        }
        try Console.result(bytes(format, isColoured: Console.isColoured(color)))
        if let failure { throw failure }
    }
}

struct ReportFile: ExpressibleByArgument {
    let format: ReportFormat
    let path: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="),
            let format = ReportFormat(rawValue: String(argument[..<equals]))
        else { return nil }
        path = String(argument[argument.index(after: equals)...])
        if path.isEmpty { return nil }
        self.format = format
    }

    /// Writes beside the path and renames, so that a reader never sees half a report. Mode 0600 less the umask: findings
    /// are a map of weak spots.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        let temporary = "\(path).\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let isWritten = Console.writeAll(bytes, to: descriptor)
        guard isWritten, fsync(descriptor) == 0 || errno == EINVAL else {
            let cause = failure()
            close(descriptor)
            unlink(temporary)
            throw cause
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else {
            let cause = failure()
            unlink(temporary)
            throw cause
        }
    }

    private func failure() -> CommandFailure {
        CommandFailure(.cannotWrite, "\(path): \(String(cString: strerror(errno)))")
    }
}
