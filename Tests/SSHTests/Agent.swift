import Foundation
import Glibc
import SSH
import Synchronization

/// A real ssh-agent, stopped with the last reference to it.
final class Agent: Sendable {
    let path: String
    private let pid: pid_t
    private let workshop: Workshop
    private let isEnded = Mutex(false)

    init() throws {
        workshop = try Workshop()
        path = "\(workshop.path)/agent"
        pid = try Server.start(["/usr/bin/ssh-agent", "-D", "-a", path], log: "\(workshop.path)/log")
        // The socket is there before the agent listens on it.
        for _ in 0..<500 {
            do {
                try Tool.run("/usr/bin/ssh-add", ["-D", "-q"], environment: ["SSH_AUTH_SOCK": path])
                return
            } catch {
                usleep(10_000)
            }
        }
        throw WorkshopError(text: "ssh-agent did not start")
    }

    deinit { end() }

    func end() {
        guard
            !isEnded.withLock({ ended in
                defer { ended = true }
                return ended
            })
        else { return }
        // It inherits the spawning thread's blocked signals, SIGTERM among them.
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    func add(_ keys: [String], options: [String] = []) throws {
        try Tool.run("/usr/bin/ssh-add", ["-q"] + options + keys, environment: ["SSH_AUTH_SOCK": path])
    }

    /// `ssh-add -x` reads the passphrase from a program where there is no terminal: pwd says the same each time.
    func lock() throws {
        try Tool.run(
            "/usr/bin/ssh-add", ["-x"],
            environment: [
                "SSH_AUTH_SOCK": path, "SSH_ASKPASS": "/bin/pwd", "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0",
            ])
    }

    func client(limit: Duration = .seconds(20)) throws -> AgentClient {
        try AgentClient(path: path, answerLimit: limit)
    }
}
