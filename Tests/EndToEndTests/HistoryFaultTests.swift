import Glibc
import Testing

extension SimulatedMasters {
    /// A history that breaks under a sweep: what was seen is reported all the same, and nothing recorded is lost.
    @Suite(.fleet("many"))
    struct HistoryFaults {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        private var state: String { "\(scratch.path)/state" }
        private var scan: [String] {
            ["scan", "--inventory", fleet.inventory, "--state-dir", state, "--min-coverage", "0", "--fail-on", "never"]
        }

        @Test func `a sweep that is killed at any point leaves a sound history, and is gone on with`() async throws {
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<6 {
                let program = try scratch.start(scan)
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...1500, using: &generator)))
                program.signal(SIGKILL)
                _ = try await program.end()
                if !scratch.exists("state/history.sqlite") { continue }
                let checked = try await scratch.kubesweep(["history", "check", "--state-dir", state])
                #expect(checked.status == 0, "\(checked.talk)")
            }
            let end = try await scratch.kubesweep(scan + ["--resume", "--format", "json"])
            #expect(end.status == 0, "\(end.talk)")
            #expect(try SweepDocument(end.stdout).hosts.count == 200)
            let stored = try await scratch.kubesweep(["report", "--format", "json", "--state-dir", state])
            #expect(stored.stdout == end.stdout)
            #expect(try await scratch.kubesweep(["status", "--state-dir", state]).status == 0)
        }

        @Test func `hosts that had answered before a sweep was killed are not asked again`() async throws {
            let slow = scan + ["--concurrency", "2", "--per-cluster", "2"]
            let program = try scratch.start(slow)
            try await Task.sleep(for: .seconds(3))
            program.signal(SIGKILL)
            _ = try await program.end()
            let end = try await scratch.kubesweep(slow + ["--resume"])
            #expect(end.status == 0)
            let words = try #require(
                end.talk.firstMatch(of: #/going on with 20[^ ]+: ([0-9]+) of 200 hosts are done/#), "\(end.talk)")
            #expect((Int(words.1) ?? 0) > 0)
            #expect(end.output.contains("judged 200 of 200 hosts"))
        }

        @Test func `a history that is no history is told of, and the sweep is reported without it`() async throws {
            let cases: [(contents: [UInt8], words: String, status: Int)] = [
                (Array("not a database, but long enough to be taken for one by its size alone\n".utf8), "damaged", 65),
                (Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0xA5, count: 8192), "damaged", 65),
            ]
            #expect(mkdir(state, 0o700) == 0)
            for (contents, words, status) in cases {
                _ = try scratch.write(contents, to: "state/history.sqlite")
                let end = try await scratch.kubesweep(scan + ["--host", "cp1*"])
                #expect(end.status == status, "\(end.talk)")
                #expect(end.output.hasPrefix("kubesweep 0.1.0  policy stackrox-2019"))
                #expect(
                    end.talk.hasPrefix(
                        "kubesweep: no history is kept of this sweep: the history \(state)/history.sqlite is \(words)"))
                // Nothing was written over it.
                #expect(try Scratch.read("\(state)/history.sqlite") == contents)
                let listed = try await scratch.kubesweep(["history", "--state-dir", state])
                #expect(listed.status == status)
            }
        }

        @Test func `a history that is damaged later is told of by every command that reads it`() async throws {
            #expect(try await scratch.kubesweep(scan).status == 0)
            var bytes = try Scratch.read("\(state)/history.sqlite")
            for offset in stride(from: 4096, to: bytes.count, by: 4096) {
                bytes.replaceSubrange(offset..<(offset + 64), with: [UInt8](repeating: 0xA5, count: 64))
            }
            _ = try scratch.write(bytes, to: "state/history.sqlite")
            for arguments in [["history", "check"], ["report"], ["diff"], ["status"]] {
                let end = try await scratch.kubesweep(arguments + ["--state-dir", state])
                #expect(end.status == 65, "\(arguments) \(end.talk)")
                #expect(end.talk.contains("is damaged"), "\(arguments) \(end.talk)")
                #expect(end.output == "")
            }
        }

        @Test func `a directory that cannot be written is told of, and the sweep is reported`() async throws {
            let end = try await mounted("ro", scan + ["--host", "cp1*"])
            #expect(end.status == 73)
            #expect(end.output.hasPrefix("kubesweep 0.1.0  policy stackrox-2019"))
            #expect(end.talk.contains("no history is kept of this sweep: \(state)/lock cannot be made or opened"))
            #expect(end.talk.contains("Read-only file system"))
        }

        @Test func `a disk that is full is told of, and the sweep is reported whole`() async throws {
            // Room for the database's tables, and not for the hosts.
            let end = try await mounted("size=320k", scan)
            #expect(end.status == 73, "\(end.talk)")
            #expect(end.output.contains("judged 200 of 200 hosts"))
            #expect(end.talk.contains("no room to write the history \(state)/history.sqlite"), "\(end.talk)")
            let cron = try await mounted("size=320k", scan + ["--cron"])
            #expect(cron.status == 73)
            #expect(cron.output.contains("judged 200 of 200 hosts"))
        }

        /// Runs kubesweep where the state directory is a file system of its own, which ends with it.
        private func mounted(_ options: String, _ arguments: [String]) async throws -> ProgramEnd {
            _ = mkdir(state, 0o700)
            let program = try Program(
                "/usr/bin/unshare",
                [
                    "--mount", "/bin/sh", "-c", #"mount -t tmpfs -o "$0" tmpfs "$1" && shift && exec "$@""#, options,
                    state,
                ]
                    + [Built.kubesweep] + arguments,
                in: scratch, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "\(scratch.path)/home"])
            return try await program.end()
        }
    }
}
