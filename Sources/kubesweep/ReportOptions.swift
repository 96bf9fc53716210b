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
    /// Whether any report is in this format.
    func has(_ format: ReportFormat) -> Bool { self.format == format || report.contains { $0.format == format } }

    /// - Parameters:
    ///   - instead: what standard output gets in place of the report; nil from it is nothing at all.
    ///   - json: puts the report piece by piece, as long as that succeeds, and returns whether it did.
    ///   - text: the whole report.
    func write(
        instead: ((ReportFormat, TerminalStyle) -> [UInt8]?)? = nil,
        json: ((ArraySlice<UInt8>) -> Bool) throws(CommandFailure) -> Bool, text: (TerminalStyle) -> String
    ) throws(CommandFailure) {
        func write(_ format: ReportFormat, isColoured: Bool, to descriptor: Int32) throws(CommandFailure) -> Bool {
            switch format {
            case .json: try json { Console.writeAll($0, to: descriptor) }
            case .text: Console.writeAll(Array(text(TerminalStyle(isColoured: isColoured)).utf8), to: descriptor)
            }
        }
        var failure: CommandFailure?
        for file in report {
            do throws(CommandFailure) {
                try file.write { (descriptor) throws(CommandFailure) in
                    try write(file.format, isColoured: false, to: descriptor)
                }
            } catch {
                failure = failure ?? error
            }
        }
        let isColoured = Console.isColoured(color)
        let isWritten =
            if let instead {
                Console.writeAll(instead(format, TerminalStyle(isColoured: isColoured)) ?? [], to: STDOUT_FILENO)
            } else {
                try write(format, isColoured: isColoured, to: STDOUT_FILENO)
            }
        guard isWritten else { throw Console.cannotWriteResult }
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
    ///
    /// - Parameter body: writes to the descriptor; whether all was written.
    func write(_ body: (Int32) throws(CommandFailure) -> Bool) throws(CommandFailure) {
        let temporary = "\(path).\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let isWritten: Bool
        do throws(CommandFailure) {
            isWritten = try body(descriptor)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
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
