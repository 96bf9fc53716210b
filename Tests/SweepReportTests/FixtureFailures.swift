@testable import Hardening
import ProcessTable

extension FixtureSweep {
    /// Hosts that gave nothing to judge, for every state.
    static func broken(_ fixture: FixturePolicy) -> ClusterRecord {
        ClusterRecord(
            name: "broken",
            hosts: silent + revoked + [
                changedKey("b1"), changedKey("b2"),
                failed("c1", .hidden, "hidden", "the account sees its own processes only", "see the gid= option"),
                failed("c2", .noControlPlane, "noControlPlane", "none among 112 rows", "check that this is a master"),
                failed("c3", .incomplete, "incomplete", "no control-plane process in what came", "run the sweep again"),
                failed(
                    "c4", .unreadable, "notAListing", "no process rows; line 1 is: \(HostileText.escapeSequence)",
                    "check what the account's shell prints"),
                unanswered(
                    "c5", .abandoned, "waiting", "cancelled", "interrupted before this host's turn",
                    "run the sweep again to see this host"),
            ], policy: fixture.policy)
    }

    /// More of one kind than are shown one by one.
    private static var silent: [HostRecord] {
        (1...5).map { number in
            unanswered(
                "a\(number)", .unreachable, "connect", "timedOut", "no answer from 192.0.2.\(number) port 22 in 10 s",
                "check that the host is up and that no firewall drops packets")
        }
    }

    /// One hint for all, but a key of its own for each.
    private static var revoked: [HostRecord] {
        (1...4).map { number in
            unanswered(
                "r\(number)", .unreachable, "hostKey", "hostKeyRevoked",
                "the host showed ssh-ed25519 SHA256:r\(number), which known_hosts:\(number) marks @revoked",
                "the key is marked @revoked: give the host a new key")
        }
    }

    private static func changedKey(_ name: String) -> HostRecord {
        unanswered(
            name, .unreachable, "hostKey", "hostKeyChanged",
            "the host showed ssh-ed25519 SHA256:\(name)NEW; /home/audit/.ssh/known_hosts:7 expects "
                + "ssh-ed25519 SHA256:\(name)OLD",
            """
            somebody may be answering in the host's place. If its key was changed on purpose, verify the new \
            fingerprint on the host's console, then:
            ssh-keygen -R '[\(name)]:2222' -f '/home/audit/.ssh/known_hosts'
            echo '[\(name)]:2222 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\(String(repeating: "k", count: 43))' >> \
            '/home/audit/.ssh/known_hosts'
            """)
    }

    private static func failed(
        _ name: String, _ state: HostState, _ reason: String, _ detail: String, _ hint: String
    ) -> HostRecord {
        var host = unanswered(name, state, "evidence", reason, detail, hint)
        if state != .unreadable { host.evidence = evidence(state == .incomplete ? .cut(.outputLimit) : .proven) }
        return host
    }

    private static func unanswered(
        _ name: String, _ state: HostState, _ phase: String, _ reason: String, _ detail: String, _ hint: String
    ) -> HostRecord {
        HostRecord(
            name: name, address: "192.0.2.1:2222", state: state,
            failure: HostFailure(phase: phase, reason: reason, detail: detail, hint: hint))
    }

    /// Names, addresses, users, flags, notes and failures that steer a terminal, or try to.
    static func hostile(_ fixture: FixturePolicy) -> ClusterRecord {
        let text = HostileText.all
        var process = apiserver(
            pid: 4_194_304, flags: ["a\(HostileText.escapeSequence)": text, "profiling": "false"],
            notes: ["row: \(text)"],
            findings: fixture.apiserver(
                all: .pass,
                fixture.finding("apiserver-anonymous-auth", .fail, "--anonymous-auth=\(text)", note: "note: \(text)"),
                fixture.finding("apiserver-insecure-port", .fail, "--insecure-port=\(HostileText.long)"),
                fixture.finding("apiserver-profiling", .unknown(.needsReview), "--profiling=\(text)", note: text),
                fixture.finding("apiserver-etcd-cafile", .unknown(.configuredInFile), text, note: "/etc/\(text)")))
        process.user = "root\(HostileText.escapeSequence)"
        var other = process
        other.flags = [FlagValues("profiling", HostileText.quotes, as: nil)]
        return ClusterRecord(
            name: "zoo \(HostileText.wide)\(HostileText.escapeSequence)", kubernetesVersion: "1.\u{1B}[7m30",
            distribution: HostileText.newlines, labels: [HostileText.c1: HostileText.invisible, "\"": "\\"],
            hosts: [
                seen("1\(text)", [process], notes: [text, HostileText.long]),
                seen("2\(HostileText.marks)", [other]),
                HostRecord(
                    name: "3\(HostileText.newlines)", address: HostileText.bidirectional, state: .unreachable,
                    failure: HostFailure(
                        phase: "handshake", reason: "protocolError", detail: "banner: \(text)",
                        hint: "first \(HostileText.escapeSequence)\n\nsecond \(HostileText.bidirectional)"),
                    notes: [HostileText.c1]),
            ], policy: fixture.policy)
    }
}
