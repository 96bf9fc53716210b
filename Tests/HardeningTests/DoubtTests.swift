import Hardening
import ProcessTable
import Testing

/// A line on which every check that can pass at 1.24 does.
let hardened = """
    --anonymous-auth=false --profiling=false --secure-port=6443 --service-account-issuer=https://k.example \
    --enable-admission-plugins=AlwaysPullImages,PodSecurityPolicy,NodeRestriction,EventRateLimit \
    --admission-control-config-file=/c --audit-log-path=/a --audit-policy-file=/p --audit-log-maxage=30 \
    --audit-log-maxbackup=10 --audit-log-maxsize=100 --authorization-mode=Node,RBAC \
    --kubelet-certificate-authority=/ka --kubelet-client-certificate=/kc --kubelet-client-key=/kk \
    --service-account-key-file=/sa --etcd-servers=https://e:2379 --etcd-certfile=/ec --etcd-keyfile=/ek \
    --etcd-cafile=/ea --tls-cert-file=/tc --tls-private-key-file=/tk --client-ca-file=/ca \
    --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 --encryption-provider-config=/e --request-timeout=1m0s
    """

/// What the hardened line at 1.24 does not pass.
private let exceptions = [
    "apiserver-basic-auth-file": "notApplicable removed",
    "apiserver-insecure-allow-any-token": "notApplicable removed",
    "apiserver-kubelet-https": "notApplicable removed",
    "apiserver-insecure-bind-address": "notApplicable removed",
    "apiserver-insecure-port": "notApplicable removed",
    "apiserver-repair-malformed-updates": "notApplicable removed",
    "apiserver-encryption-provider-kind": "unknown configuredInFile",
]

private func verdicts(_ text: String, _ origin: ListingOrigin = .saved) throws -> [String: String] {
    let records = try judged(text, origin: origin, claimed: Release("1.24"))
    try #require(records.count == 1)
    return records[0].verdicts()
}

/// What passes on the whole line, with another word in place of each pass.
private func withoutPasses(_ word: String) throws -> [String: String] {
    let checks = try builtInPolicy.get().checks
    return Dictionary(uniqueKeysWithValues: checks.map { ($0.id, exceptions[$0.id] ?? word) })
}

struct DoubtTests {
    private let row = apiServerRow(hardened)

    @Test func `every check that can passes on the hardened line`() throws {
        #expect(try verdicts(listing([row], end: endMarker), .remoteCommand) == withoutPasses("pass"))
    }

    @Test func `a saved listing and an excerpt pass as well`() throws {
        #expect(try verdicts(listing([row])) == withoutPasses("pass"))
        #expect(try verdicts(row + "\n") == withoutPasses("pass"))
    }

    @Test(arguments: [
        "root 800 1 0 10:14 ? 00:00:00 sh\n",
        "root 800 1 0 10:14 ? 00:00:00 sh\n\nkubesweep-end status=1\n",
        "root 800 1 0 10:14 ? 00:00:00 sh\nBroken pipe\n\nkubesweep-end status=0\n",
        "root 800 1 0 10:14 ? 00:00:00 sh\n\nkubesweep-end status=0",
    ])
    func `nothing passes in a listing that may miss a process`(end: String) throws {
        #expect(try verdicts(listing([row], end: end), .remoteCommand) == withoutPasses("unknown incomplete"))
    }

    @Test func `nothing passes where other users' processes are hidden`() throws {
        let text = header + "\n" + row + "\n" + endMarker
        #expect(try verdicts(text, .remoteCommand) == withoutPasses("unknown incomplete"))
        let finding = try judged(text, origin: .remoteCommand, claimed: Release("1.24"))[0].finding("profiling")
        #expect(finding.note == "hiddenRows")
    }

    @Test func `nothing passes on a forced command's listing that was not closed in order`() throws {
        let text = listing([row])
        #expect(try verdicts(text, .forcedCommand(orderlyClose: true)) == withoutPasses("pass"))
        #expect(
            try verdicts(text, .forcedCommand(orderlyClose: false)) == withoutPasses("unknown incomplete"))
    }

    @Test func `nothing passes on a cut row, and nothing fails by absence`() throws {
        let found = try verdicts(header + "\n" + initRow + "\n" + row)
        #expect(found.values.filter { $0 == "pass" || $0 == "fail" } == [])
        #expect(found["apiserver-anonymous-auth"] == "unknown truncated")
        #expect(found["apiserver-authorization-rbac"] == "unknown truncated")
        #expect(found["apiserver-insecure-port"] == "notApplicable removed")
        #expect(found["apiserver-encryption-provider-kind"] == "unknown configuredInFile")
    }

    @Test(
        arguments: verdictTable(
            """
            profiling:
            1.24 fail| --profiling=true
            anonymous-auth:
            1.24 unknown truncated| --anonymous-auth=true --authorization-mode=RBAC
            admission-always-admit:
            1.24 fail| --enable-admission-plugins=AlwaysAdmit
            admission-service-account:
            1.24 fail| --disable-admission-plugins=ServiceAccount
            authorization-always-allow:
            1.24 fail| --authorization-mode=Node,AlwaysAllow --authorization-config=
            token-auth-file:
            1.24 fail| --token-auth-file=/t
            request-timeout:
            1.24 fail| --request-timeout=1h
            audit-log-maxage:
            1.24 fail| --audit-log-path=/a --audit-log-maxage=1
            1.24 unknown truncated| --audit-log-maxage=1
            1.24 unknown truncated| --audit-log-path=
            etcd-cafile:
            1.24 unknown truncated| --etcd-servers=unix:///s
            authorization-node:
            1.24 unknown truncated| --authorization-mode=RBAC
            basic-auth-file:
            1.24 notApplicable removed| --profiling=false
            """))
    func `what a cut row shows to fail fails`(row: VerdictRow) throws {
        let text = header + "\n" + initRow + "\n" + apiServerRow(row.flags + " --x") + " --secure-po"
        let records = try judged(text, claimed: row.version)
        try #require(records.count == 1)
        let finding = try records[0].finding(row.check)
        #expect(finding.verdict.text == row.outcome)
        if finding.verdict == .fail { #expect(!finding.observed.contains("cut")) }
    }

    @Test func `a row of a terminal's width is cut`() throws {
        let short = "root 800 1 0 10:14 ? 00:00:00 "
        let wide = apiServerRow(
            "--profiling=false --anonymous-auth=false --authorization-mode=Node,RBAC --secure-port=6443")
        let rows = [String(wide.prefix(80)), short + String(repeating: "x", count: 80 - short.count)]
        let found = try verdicts(listing(rows))
        #expect(found["apiserver-profiling"] == "unknown truncated")
        #expect(found["apiserver-client-ca-file"] == "unknown truncated")
    }

    @Test(arguments: [
        ("--audit-log-path=/var/log/my dir/x", "unknown ambiguous"),
        ("--audit-log-path /var/log/my dir/x", "unknown ambiguous"),
        ("--allow-privileged true", "unknown ambiguous"),
        ("--allow-privileged=maybe", "unknown unparsable"),
        ("--kubelet-port=10k", "unknown unparsable"),
        ("-x", "unknown unparsable"),
        ("--client-ca-file", "unknown unparsable"),
        ("---", "unknown unparsable"),
    ])
    func `nothing passes on a line that reads in two ways or in none`(flags: String, word: String) throws {
        let found = try record(hardened + " " + flags, claimed: Release("1.24"))
        #expect(found.findings.filter { $0.verdict == .pass }.map(\.check) == [])
        #expect(try found.finding("authorization-rbac").verdict.text == word)
        #expect(try found.finding("basic-auth-file").verdict == .notApplicable(.removed))
        #expect(found.notes.count == 1)
    }

    @Test func `what fails on an ambiguous or unparsable line fails`() throws {
        for flags in ["--audit-log-path=/my dir --profiling=true", "--kubelet-port=x --profiling=true"] {
            #expect(try record(flags, claimed: Release("1.24")).finding("profiling").verdict == .fail)
        }
    }

    @Test func `what does not apply for a reason on the line is taken back with it`() throws {
        for (flags, word) in [
            ("--etcd-servers=unix:///s --log-dir=/my dir", "unknown ambiguous"),
            ("--etcd-servers=unix:///s --kubelet-port=x", "unknown unparsable"),
        ] {
            let found = try record(flags, claimed: Release("1.24"))
            #expect(try found.finding("etcd-cafile").verdict.text == word)
            #expect(try found.finding("audit-log-maxage").verdict.text == word)
        }
    }

    @Test(arguments: [
        ("--profiling=false", "profiling", "--profiling=false"),
        ("--profiling=true --profiling=false", "profiling", "--profiling=true --profiling=false"),
        ("", "profiling", "--profiling not set (default true)"),
        ("", "insecure-port", "--insecure-port not set"),
        (
            "--kubelet-client-key=/k", "kubelet-client-certificate",
            "--kubelet-client-certificate not set, --kubelet-client-key=/k"
        ),
        ("--port=0", "insecure-port", "--port=0"),
        (
            "--etcd-servers=https://u:p@e:2379", "etcd-cafile",
            "--etcd-cafile not set, --etcd-servers=https://REDACTED@e:2379"
        ),
    ])
    func `what was observed stands as on the line`(flags: String, check: String, observed: String) throws {
        let claimed: Release? = check == "insecure-port" && flags.isEmpty ? nil : Release("1.19")
        let line = claimed == nil ? "--service-account-issuer=i" : flags
        #expect(try record(line, claimed: claimed).finding(check).observed == observed)
    }
}
