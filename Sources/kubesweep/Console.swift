import ArgumentParser
import Glibc

/// Standard output for results, standard error for talk.
enum Console {
    /// Colour on a terminal only; NO_COLOR, TERM=dumb and CLICOLOR_FORCE have their usual say (no-color.org).
    static func isColoured(_ choice: ColourChoice) -> Bool {
        switch choice {
        case .always: return true
        case .never: return false
        case .auto:
            if let value = variable("NO_COLOR"), !value.isEmpty { return false }
            if let value = variable("CLICOLOR_FORCE"), !value.isEmpty, value != "0" { return true }
            return isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb"
        }
    }

    /// `kubesweep: ` stands before the first line.
    static func talk(_ message: String) {
        _ = writeAll(Array("kubesweep: \(message)\n".utf8), to: STDERR_FILENO)
    }

    static func result(_ bytes: [UInt8]) throws(CommandFailure) {
        if !writeAll(bytes, to: STDOUT_FILENO) { throw cannotWriteResult }
    }

    /// Says why the last write failed.
    static var cannotWriteResult: CommandFailure {
        CommandFailure(.cannotWrite, "standard output: \(String(cString: strerror(errno)))")
    }

    static func end(_ status: ExitStatus) -> Never {
        Kubesweep.exit(withError: ExitCode(status.code))
    }

    static func end(_ failure: CommandFailure) -> Never {
        talk(failure.message)
        end(failure.status)
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool { writeAll(bytes[...], to: descriptor) }

    static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                if written <= 0 { return false }
                rest = rest.dropFirst(written)
            }
            return true
        }
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}
