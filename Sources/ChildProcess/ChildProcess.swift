import CLinux
import Glibc

/// The room that starts programs: `ssh -G`, bastions, proxy commands. It knows nothing of what they are for.
///
/// A child gets a session of its own, so that it can ask nothing on the terminal, is not reached by a Ctrl-C meant for
/// this program, and can be ended together with whatever it starts. Of the descriptors it sees the three it is given.
package struct ChildProcess: Sendable {
    /// Also the number of its process group.
    package let pid: Int32

    /// - `arguments`: the program, looked for in PATH unless it holds a slash, and its words.
    /// - `input`, `output`, `errors`: become its descriptors 0, 1 and 2; nil stands for /dev/null.
    package init(
        _ arguments: [String], input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil
    ) throws(ChildProcessError) {
        guard let program = arguments.first, arguments.allSatisfy({ !$0.utf8.contains(0) }) else {
            throw ChildProcessError(program: arguments.first ?? "", code: EINVAL)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in zip(Int32(0)..., [input, output, errors]) {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            } else {
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            }
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        // This program blocks and ignores signals that a child must be able to end by.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | kubesweep_posix_spawn_setsid
        posix_spawnattr_setflags(&attributes, flags)

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables = Self.environment.map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, program, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw ChildProcessError(program: program, code: code) }
        self.pid = pid
    }

    /// This program's, and no question by a window either.
    private static let environment: [String] = {
        var variables: [String] = []
        var next = environ
        while let entry = next.pointee {
            variables.append(String(cString: entry))
            next += 1
        }
        return variables.filter { !$0.hasPrefix("SSH_ASKPASS_REQUIRE=") } + ["SSH_ASKPASS_REQUIRE=never"]
    }()

    /// Asks it and everything it started to end.
    package func terminate() { kill(-pid, SIGTERM) }

    /// Ends it and everything it started.
    package func destroy() { kill(-pid, SIGKILL) }

    /// True where it has ended; it must not be asked again then. Does not wait.
    package func reap() -> Bool { reapedStatus() != nil }

    /// The exit status, or 128 and the signal's number; nil while it runs. It must not be asked again after an answer.
    func reapedStatus() -> Int32? {
        var status: Int32 = 0
        let answer = waitpid(pid, &status, WNOHANG)
        if answer == 0 || (answer < 0 && errno == EINTR) { return nil }
        guard answer == pid else { return 255 }
        // The two halves of wait status: <sys/wait.h>'s macros are not imported.
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}

/// A program that could not be started.
package struct ChildProcessError: Error, Sendable, Equatable {
    package var program: String
    /// An errno.
    package var code: Int32

    package init(program: String, code: Int32) {
        self.program = program
        self.code = code
    }

    package var isMissing: Bool { code == ENOENT }

    package var text: String {
        isMissing ? "\(program) is not installed" : "\(program): \(String(cString: strerror(code)))"
    }
}
