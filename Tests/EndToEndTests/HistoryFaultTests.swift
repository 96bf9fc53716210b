import Glibc
import SeededRandom
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
            let seed = getenv("KUBESWEEP_SEED").flatMap { UInt64(String(cString: $0)) } ?? .random(in: 0 ... .max)
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<6 {
                let milliseconds = Int.random(in: 50...1500, using: &generator)
                let program = try scratch.start(scan)
                try await Task.sleep(for: .milliseconds(milliseconds))
                program.signal(SIGKILL)
                _ = try await program.end()
                if !scratch.exists("state/history.sqlite") { continue }
                let checked = try await scratch.kubesweep(["history", "check", "--state-dir", state])
                #expect(checked.status == 0, "KUBESWEEP_SEED=\(seed), after \(milliseconds) ms: \(checked.talk)")
            }
            let end = try await scratch.kubesweep(scan + ["--resume", "--format", "json"])
            #expect(end.status == 0, "KUBESWEEP_SEED=\(seed): \(end.talk)")
            #expect(try SweepDocument(end.stdout).hosts.count == 200, "KUBESWEEP_SEED=\(seed)")
            let stored = try await scratch.kubesweep(["report", "--format", "json", "--state-dir", state])
            #expect(stored.stdout == end.stdout, "KUBESWEEP_SEED=\(seed)")
            #expect(
                try await scratch.kubesweep(["status", "--state-dir", state]).status == 0, "KUBESWEEP_SEED=\(seed)")
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

        private static let reads = [
            ["history"], ["history", "show"], ["history", "check"], ["status"], ["report"], ["diff"], ["drift"],
            ["replay"], ["history", "prune", "--older-than-days", "0", "--dry-run"],
        ]

        private var writes: [[String]] {
            [["history", "prune", "--older-than-days", "0"], ["history", "baseline", "latest"], scan]
        }

        @Test(arguments: [
            (#"dd if=/dev/zero of="$state/fill" bs=4k 2> /dev/null || true"#, "no room to write the history "),
            (#"mount -o remount,ro "$state""#, ": Read-only file system"),
        ])
        func `where nothing can be written what is kept is read, and what writes says why it cannot`(
            spoil: String, reason: String
        ) async throws {
            let ends = try await after(spoil, Self.reads + writes + Self.reads)
            for (arguments, end) in zip(Self.reads, ends) { #expect(end.status == 0, "\(arguments) \(end.talk)") }
            for (arguments, end) in zip(writes, ends.dropFirst(Self.reads.count)) {
                #expect(end.status == 73, "\(arguments)")
                #expect(end.talk.contains(reason), "\(arguments) \(end.talk)")
            }
            #expect(ends[Self.reads.count + 2].output.contains("judged 200 of 200 hosts"))
            // Nothing is lost, and nothing is other than before.
            for (before, after) in zip(ends.prefix(Self.reads.count), ends.suffix(Self.reads.count)) {
                #expect(after.status == 0, "\(after.talk)")
                if !before.output.hasPrefix("the last sweep is recent") { #expect(after.output == before.output) }
            }
            #expect(ends[0].output.split(separator: "\n").count == 3)
        }

        @Test func `pruning with little room removes what it is to, and says that the file keeps its size`()
            async throws
        {
            let prune = ["history", "prune", "--older-than-days", "0"]
            let spoil = #"dd if=/dev/zero of="$state/fill" bs=4k 2> /dev/null || true; truncate -s -400k "$state/fill""#
            let ends = try await after(spoil, [prune, ["history"], ["history", "check"]])
            #expect(ends[0].status == 0, "\(ends[0].talk)")
            #expect(
                ends[0].talk
                    == "kubesweep: the file keeps its size: no room to write the history \(state)/history.sqlite\n")
            let words = #/20.+\n1 sweep removed, ([0-9]+) bytes before, ([0-9]+) after\n/#
            let sizes = try #require(ends[0].output.wholeMatch(of: words), "\(ends[0].output)")
            #expect(sizes.1 == sizes.2)
            #expect(ends[1].output.split(separator: "\n").count == 2)
            #expect(ends[2].status == 0)
        }

        /// Runs kubesweep again and again on a file system of its own that has two sweeps, and then was spoilt.
        private func after(_ spoil: String, _ commands: [[String]]) async throws -> [ProgramEnd] {
            _ = mkdir(state, 0o700)
            var script = #"""
                set -e
                mount -t tmpfs -o size=16m tmpfs "$state"
                "$@" > /dev/null 2>&1
                "$@" > /dev/null 2>&1

                """#
            script += "\(spoil)\nset +e\n"
            for (number, command) in commands.enumerated() {
                let words = command == scan ? ["\"$@\""] : ["\"$1\""] + command + ["--state-dir", "\"$state\""]
                let file = "\(scratch.path)/spoilt.\(number)"
                script += "\(words.joined(separator: " ")) > \(file).out 2> \(file).talk; echo $? > \(file).status\n"
            }
            let program = try Program(
                "/usr/bin/unshare", ["--mount", "/bin/sh", "-c", script, "sh", Built.kubesweep] + scan, in: scratch,
                environment: [
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "\(scratch.path)/home", "state": state,
                ])
            let end = try await program.end()
            #expect(!end.wasKilled && end.talk == "", "\(end.talk)")
            return try commands.indices.map { number in
                let file = "\(scratch.path)/spoilt.\(number)"
                let status = String(decoding: try Scratch.read("\(file).status"), as: UTF8.self)
                return ProgramEnd(
                    stdout: try Scratch.read("\(file).out"), stderr: try Scratch.read("\(file).talk"),
                    status: Int(status.filter(\.isNumber)) ?? -1, wasKilled: false)
            }
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
