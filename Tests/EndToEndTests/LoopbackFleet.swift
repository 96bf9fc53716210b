import Glibc
import Testing

/// A running fleet of simulated masters, as `Scripts/loopback-fleet` wrote it down.
struct LoopbackFleet: Sendable {
    /// The folder with `inventory.yaml`, `known_hosts` and `id_ed25519`.
    let state: String
    let port: String

    var inventory: String { "\(state)/inventory.yaml" }

    @TaskLocal static var current: LoopbackFleet?

    /// The fleet that the suite's trait started.
    static func running() throws -> LoopbackFleet { try #require(current) }

    /// Switches one host off.
    ///
    /// - Parameter name: as the inventory has it.
    func stop(_ name: String, in scratch: Scratch) async throws { try await script("stop", name, scratch) }

    /// Switches a host on again, with its old host key.
    ///
    /// - Parameter file: what it is from now on.
    func start(_ file: String, in scratch: Scratch) async throws { try await script("start", file, scratch) }

    private func script(_ command: String, _ word: String, _ scratch: Scratch) async throws {
        let program = try Program(
            "\(Built.package)/Scripts/loopback-fleet", [command, state, word], in: scratch,
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "\(scratch.path)/home"])
        let end = try await program.end()
        #expect(end.status == 0, "\(end.talk)")
    }

    /// What needs namespaces at once. Where a run must not pass for want of it, the tests fail instead of being skipped.
    static let isRoot = geteuid() == 0 || getenv("KUBESWEEP_REQUIRE_SERVERS") != nil

    /// Hosts are namespaces, which need root, at once or through sudo without a question.
    static let isPossible: Bool = {
        if isRoot { return true }
        return system("sudo -n true 2>/dev/null") == 0
    }()
}

/// Starts a fleet before a suite's first test and takes it down after the last, whatever became of them.
struct FleetTrait: SuiteTrait, TestScoping {
    /// Gives the folder with the fleet's files.
    let folder: @Sendable (Scratch) throws -> String
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        // The fleet lives as long as this pipe is open, so it goes away too when this process is killed.
        let input = try InputPipe()
        let script = try Program(
            "\(Built.package)/Scripts/loopback-fleet",
            [
                "--loopback-host", Built.loopbackHost, "run", try folder(scratch), "--",
                "/bin/sh", "-c", "printf '%s\\n' \"$KUBESWEEP_FLEET\"; exec cat",
            ], in: scratch, input: .descriptor(input.reading),
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "\(scratch.path)/home"])
        close(input.reading)
        do {
            let fleet = try await started(script)
            try await LoopbackFleet.$current.withValue(fleet) { try await function() }
        } catch {
            close(input.writing)
            _ = try await script.end()
            throw error
        }
        close(input.writing)
        let end = try await script.end()
        #expect(end.status == 0, "the fleet was not taken down: \(end.talk)")
    }

    private func started(_ script: Program) async throws -> LoopbackFleet {
        while script.outputSoFar.last != "\n" {
            // Left as it is for the real wait.
            var information = siginfo_t()
            if waitid(P_PID, id_t(script.pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
                information.si_signo == SIGCHLD
            {
                let end = try await script.end()
                throw ScratchError("the fleet did not start: \(end.talk)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let state = String(script.outputSoFar.dropLast())
        let port = String(decoding: try Scratch.read("\(state)/port"), as: UTF8.self)
        return LoopbackFleet(state: state, port: port.filter(\.isNumber))
    }
}

extension Trait where Self == FleetTrait {
    /// A fleet of `Tests/LoopbackFleet`.
    static func fleet(_ name: String) -> FleetTrait {
        FleetTrait { _ in "\(Built.package)/Tests/LoopbackFleet/\(name)" }
    }

    /// Hosts of one cluster that answer with listings too large for the repository: 127.77.20.1 and so on.
    static func fleet(answering listings: @escaping @Sendable () -> [(name: String, listing: String)]) -> FleetTrait {
        FleetTrait { scratch in
            let folder = "\(scratch.path)/fleet"
            for path in [folder, "\(folder)/lab"] where mkdir(path, 0o755) != 0 {
                throw ScratchError("cannot make \(path)")
            }
            _ = try scratch.write("kubernetes_version 1.29\n", to: "fleet/lab/cluster.conf")
            for (number, host) in listings().enumerated() {
                let lines = "address 127.77.20.\(number + 1)\nlisting \(host.name).ps\n"
                _ = try scratch.write(lines, to: "fleet/lab/\(host.name).host")
                _ = try scratch.write(host.listing, to: "fleet/lab/\(host.name).ps")
            }
            return folder
        }
    }
}
