import Glibc
import Testing

/// An account that watches the history and may not write it.
extension SimulatedMasters.ScheduledSweeps {
    private var state: String { "\(scratch.path)/state" }
    private var database: String { "\(state)/history.sqlite" }

    private static let reads = [
        ["history"], ["history", "show"], ["history", "check"], ["status", "--max-age", "9d"], ["report"], ["diff"],
        ["drift"], ["replay"], ["waivers", "suggest"], ["history", "prune", "--older-than-days", "0", "--dry-run"],
    ]

    /// Runs kubesweep without root's privileges.
    private func reader(_ arguments: [String]) async throws -> ProgramEnd {
        let program = try Program(
            "/usr/bin/setpriv",
            ["--bounding-set=-all", "--inh-caps=-all", Built.kubesweep] + arguments + ["--state-dir", state],
            in: scratch, environment: ["PATH": "/usr/bin:/bin", "HOME": "\(scratch.path)/home"])
        return try await program.end()
    }

    /// Two sweeps in a history of somebody else.
    private func keepTwo(directory: mode_t, file: mode_t) async throws {
        for _ in 0..<2 {
            let end = try await scratch.kubesweep(scan + ["--fail-on", "never", "--state-dir", state])
            #expect(end.status == 0, "\(end.talk)")
        }
        for path in [state, database] { #expect(chown(path, 12345, 12345) == 0) }
        try allow(directory: directory, file: file)
    }

    private func allow(directory: mode_t, file: mode_t) throws {
        #expect(chmod(state, directory) == 0)
        #expect(chmod(database, file) == 0)
    }

    @Test func `who may only read a history reads all of it, and leaves nothing beside it`() async throws {
        try await keepTwo(directory: 0o755, file: 0o644)
        for arguments in Self.reads {
            let end = try await reader(arguments)
            #expect(end.status == 0, "\(arguments) \(end.talk)")
            #expect(try scratch.names(in: "state") == ["history.sqlite", "lock"])
            let own = try await scratch.kubesweep(arguments + ["--state-dir", state])
            if arguments[0] != "status" { #expect(end.stdout == own.stdout, "\(arguments)") }
        }
        for arguments in [["history", "prune", "--older-than-days", "0"], ["history", "baseline", "latest"]] {
            let end = try await reader(arguments)
            #expect(end.status == 73)
            #expect(end.talk.hasPrefix("kubesweep: the history \(database) cannot be written: Permission denied\n"))
        }
        let exposed = "kubesweep: every account of this machine can read the history: chmod o= \(database)\n"
        let own = scan + ["--fail-on", "never", "--state-dir", state]
        #expect(try await scratch.kubesweep(own).talk.hasPrefix(exposed))
        #expect(try await scratch.kubesweep(own + ["--cron"]).talk == "")
        #expect(try await scratch.kubesweep(["history", "check", "--state-dir", state]).talk == exposed)
        try allow(directory: 0o750, file: 0o644)
        #expect(!(try await scratch.kubesweep(own).talk.contains("every account")))
    }

    @Test func `a history that may not be read is not called missing`() async throws {
        try await keepTwo(directory: 0o755, file: 0o600)
        for (directory, file) in [(0o755, 0o600), (0o700, 0o644)] as [(mode_t, mode_t)] {
            try allow(directory: directory, file: file)
            for arguments in Self.reads {
                let end = try await reader(arguments)
                #expect(end.status == 77, "\(arguments)")
                #expect(
                    end.talk == """
                        kubesweep: the history \(database) cannot be read: Permission denied
                        ask its owner for the right to read the file and to enter its directory

                        """)
                #expect(end.output == "")
            }
        }
    }

    @Test func `a sweep that is under way is read with its log by whoever may read both`() async throws {
        try await keepTwo(directory: 0o755, file: 0o644)
        let peer = try SilentPeer()
        let inventory = try scratch.write(
            """
            \(try fleet.inventoryText())  silent:
                masters:
                  - { name: cp1.silent.example, host: 127.0.0.1, port: \(peer.port) }

            """, to: "silent.yaml")
        let sweep = try scratch.start([
            "scan", "--inventory", inventory, "--handshake-seconds", "80", "--state-dir", state,
        ])
        while !peer.isContacted { try await Task.sleep(for: .milliseconds(10)) }
        for isRunning in [true, false] {
            if !isRunning {
                sweep.signal(SIGKILL)
                _ = try await sweep.end()
            }
            let listed = try await reader(["history"])
            #expect(listed.status == 0, "\(listed.talk)")
            #expect(listed.output.split(separator: "\n").count == 4)
            #expect(listed.output.contains("(not finished)"))
        }
        unlink("\(database)-shm")
        let end = try await reader(["history"])
        #expect(end.status == 73)
        let words = "its log \(database)-wal is to be written into it first: Permission denied"
        #expect(end.talk.hasPrefix("kubesweep: the history \(database) cannot be written: \(words)\n"), "\(end.talk)")
        // Its owner does that by looking at it.
        let own = try await scratch.kubesweep(["history", "--state-dir", state])
        #expect(own.status == 0, "\(own.talk)")
        #expect(try await reader(["history"]).output == own.output)
    }
}
