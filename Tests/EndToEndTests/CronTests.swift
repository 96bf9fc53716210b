import Glibc
import Testing

extension SimulatedMasters {
    /// The files of `packaging`, run by the daemons that they are written for.
    @Suite(.fleet("nights"))
    struct Schedules {
        let scratch: Scratch
        let fleet: LoopbackFleet

        init() throws {
            scratch = try Scratch()
            fleet = try LoopbackFleet.running()
        }

        @Test(.enabled(if: access("/usr/bin/systemd-analyze", X_OK) == 0, "no systemd here"))
        func `the systemd units have nothing that systemd complains of`() async throws {
            var files: [String] = []
            for name in ["kubesweep.service", "kubesweep.timer"] {
                let text = String(decoding: try Scratch.read("\(Built.package)/packaging/\(name)"), as: UTF8.self)
                // systemd looks for the program, which is not installed.
                files.append(try scratch.write(text.replacing("/usr/bin/kubesweep", with: Built.kubesweep), to: name))
            }
            let analyze = try Program(
                "/usr/bin/systemd-analyze", ["verify", "--man=no"] + files, in: scratch,
                environment: ["PATH": "/usr/bin:/bin"])
            let end = try await analyze.end()
            #expect(end.status == 0)
            #expect(end.output + end.talk == "")
        }

        /// What the service starts, with the places that systemd would give it, and with the webhook that its comment tells
        /// how to add.
        @Test func `what the systemd service starts sweeps, keeps and tells as its comments say`() async throws {
            let unit = String(decoding: try Scratch.read("\(Built.package)/packaging/kubesweep.service"), as: UTF8.self)
            let added = try #require(unit.firstMatch(of: /and to ExecStart (--webhook [^ ]+)\.\n/)).1
            let start = try #require(unit.firstMatch(of: /\nExecStart=\/usr\/bin\/kubesweep (.+)\n/)).1
            let receiver = try WebhookReceiver(in: scratch)
            try await receiver.start()
            _ = try scratch.write("http://127.0.0.1:\(try receiver.port)/unit\n", to: "webhook")
            let inventory = try scratch.write(try fleet.inventoryText(), to: "fleet.yaml")
            let words = "\(start) \(added)".replacing("%d/ssh_key", with: "\(fleet.state)/id_ed25519")
                .replacing("%d/webhook", with: "\(scratch.path)/webhook")
                .replacing("/etc/kubesweep/fleet.yaml", with: inventory)
                .replacing("/etc/kubesweep/known_hosts", with: "\(fleet.state)/known_hosts")
                .split(separator: " ").map(String.init)
            let state = ["STATE_DIRECTORY": "\(scratch.path)/var"]
            let first = try await scratch.kubesweep(words, environment: state)
            #expect(first.output.hasPrefix("kubesweep 0.1.0  policy stackrox-2019"), "\(first.talk)")
            let again = try await scratch.kubesweep(words, environment: state)
            #expect(again.output + again.talk == "")
            #expect(again.status == 0)
            #expect(scratch.exists("var/history.sqlite"))
            // The first night cannot be compared, and is told; the second changed nothing.
            #expect(try receiver.log.split(separator: "\n").count == 1)
            try await receiver.end()
            let statuses = try #require(unit.firstMatch(of: /\nSuccessExitStatus=(.+)\n/)).1.split(separator: " ")
            #expect(statuses == ["1", "2", "3"])
            #expect(first.status == 0 || statuses.contains("\(first.status)"))
        }

        /// Debian's cron in namespaces of its own: its tables and its mail are the test's, and with it ends all it
        /// started. It looks at its tables once a minute.
        @Test func `cron mails what changed, and nothing on a night without change`() async throws {
            let inventory = try scratch.write(try fleet.inventoryText(), to: "fleet.yaml")
            let example = String(decoding: try Scratch.read("\(Built.package)/packaging/kubesweep.cron"), as: UTF8.self)
            let table = example.replacing("\n0 2 * * *  kubesweep  kubesweep", with: "\n* * * * *  root  kubesweep")
                .replacing("\n0 9 * * *  kubesweep  ", with: "\n* * * * *  root  ")
                .replacing("PATH=/usr/bin:/bin", with: "PATH=\(Built.folder):/usr/bin:/bin")
                .replacing("/var/lib/kubesweep", with: "\(scratch.path)/state")
                .replacing("/etc/kubesweep/fleet.yaml", with: inventory)
                .replacing("/etc/kubesweep/ssh_key", with: "\(fleet.state)/id_ed25519")
                .replacing("/etc/kubesweep/known_hosts", with: "\(fleet.state)/known_hosts")
                .replacing("--splay-seconds 3600", with: "--splay-seconds 1")
            let baseline = try await scratch.kubesweep([
                "scan", "--cron", "--state-dir", "\(scratch.path)/state", "--inventory", inventory, "--identity",
                "\(fleet.state)/id_ed25519", "--min-coverage", "0",
            ])
            #expect(baseline.status == 0, "\(baseline.talk)")

            let quiet = try await minuteOfCron(table)
            #expect(quiet == [])

            try await fleet.stop("cp2.staging.example", in: scratch)
            let changed = try await minuteOfCron(table)
            #expect(changed.count == 1)
            #expect(changed.first?.contains("To: root") == true)
            #expect(changed.first?.contains("1 host not seen any more") == true, "\(changed)")
            #expect(changed.first?.contains("exit status 2: no finding got worse, but less was seen") == true)
        }

        /// Runs the daemon until it has run its table once.
        ///
        /// - Returns: the mails.
        private func minuteOfCron(_ table: String) async throws -> [String] {
            for folder in ["mails", "cron.d", "sbin", "bin"] {
                _ = mkdir("\(scratch.path)/\(folder)", 0o755)
                for name in try scratch.names(in: folder) { unlink("\(scratch.path)/\(folder)/\(name)") }
            }
            unlink("\(scratch.path)/done")
            _ = try scratch.write(table.replacing(Built.folder, with: "\(scratch.path)/bin"), to: "cron.d/kubesweep")
            chmod("\(scratch.path)/cron.d/kubesweep", 0o644)
            for (name, text) in [
                ("sbin/sendmail", "mail=\(scratch.path)/mails/$$; cat > $mail.part && mv $mail.part $mail.mail"),
                // Says when it is done, so that silence can be told from not having run.
                (
                    "bin/kubesweep",
                    "\(Built.kubesweep) \"$@\"; status=$?; echo $1 $status >> \(scratch.path)/done; exit $status"
                ),
            ] {
                chmod(try scratch.write("#!/bin/sh\n\(text)\n", to: name), 0o755)
            }
            let program = try Program(
                "/usr/bin/unshare",
                ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-euc", Self.daemon]
                    + [scratch.path],
                in: scratch, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
            let end = try await program.end()
            #expect(end.status == 0, "\(end.talk)")
            return try scratch.names(in: "mails").map {
                String(decoding: try Scratch.read("\(scratch.path)/mails/\($0)"), as: UTF8.self)
            }
        }

        /// The only processes of the namespace are this shell, cron, and what cron starts.
        private static let daemon = """
            cp /usr/sbin/cron "$0/sbin/"
            : > "$0/crontab"
            mount --bind "$0/cron.d" /etc/cron.d
            mount --bind "$0/crontab" /etc/crontab
            mount -t tmpfs tmpfs /var/spool/cron
            mkdir -p /var/spool/cron/crontabs
            mount -t tmpfs tmpfs /run
            mount --bind "$0/sbin" /usr/sbin
            cron -f &
            while [ "$(cat "$0/done" 2>/dev/null | wc -l)" -lt 2 ]; do sleep 0.2; done
            while set -- "$0" /proc/[0-9]*; [ $# -gt 3 ]; do sleep 0.2; done
            kill $!
            """
    }
}
