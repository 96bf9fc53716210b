import ChildProcess
import Glibc

/// The system's ssh, which reads ssh_config and logs in to bastions.
package struct SSHProgram: Sendable {
    package enum Failure: Error, Sendable, Equatable {
        case missing
        /// What it said, or what became of it.
        case unusable(String)
    }

    package var path: String
    /// Its own words, such as "OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025".
    package var version: String

    /// Looks for it where it would be started from, and asks for its version. Blocks.
    package init(timeLimit: Duration = .seconds(5)) throws(Failure) {
        guard let path = Self.path else { throw .missing }
        let run: ProgramRun
        do throws(ChildProcessError) {
            run = try ProgramRun(["ssh", "-V"], timeLimit: timeLimit, outputLimit: 4 << 10)
        } catch {
            throw error.isMissing ? .missing : .unusable(error.text)
        }
        // `ssh -V` writes to standard error.
        let said = String(decoding: run.errors, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
        guard case .exited(0) = run.end, let said else {
            throw .unusable(said ?? "ssh -V ended without a word")
        }
        self.path = path
        version = said
    }

    private static var path: String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
        return folders.split(separator: ":").map { "\($0)/ssh" }.first { access($0, X_OK) == 0 }
    }
}
