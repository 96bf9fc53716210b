import Hardening
import ProcessTable
import Testing

/// Redaction knows no facts. What the facts know must come through it: a check shows what it saw.
@Suite struct FlagRedactionTests {
    private static let values: [FlagKind: [String]] = [
        .bool: ["", "true", "false", "1", "F"], .int: ["0", "6443", "-1"], .float: ["0.5"],
        .duration: ["0s", "2m0s", "8760h"], .ip: ["127.0.0.1", "::", "10.0.0.1"],
        .gates: ["AllAlpha=true,BoundServiceAccountTokenVolume=false", "AdvancedAuditing=false"],
        .map: ["api/all=true", "memory.available=100Mi"],
        .stringSlice: [
            "Node,RBAC", "AlwaysAdmit", "https://a:2379,https://b:2379", "/etc/a.pem,/etc/b.pem", "x.crt,x.key",
        ],
        .stringArray: ["/etc/kubernetes/pki/sa.pub", "sa.pub", "a.crt,a.key:*.example.com", "/events#https://e:2379"],
        .string: [
            "", "/etc/kubernetes/pki/apiserver-kubelet-client.key", "/var/lib/x", "tokens.csv", "RBAC", "-", "none",
            "https://kubernetes.default.svc.cluster.local", "unix:///run/kms.sock", "0.0.0.0:2380", "VersionTLS12",
        ],
    ]

    @Test(arguments: Component.allCases) func `every flag of the facts is shown with what it usually has`(
        component: Component
    ) throws {
        let facts = try #require(BuiltIn.facts()[component])
        #expect(facts.flags.count > 5)
        for (name, index) in facts.index {
            for value in try #require(Self.values[facts.flags[index].kind]) {
                for dashes in ["--", "-"] {
                    let lines = ["\(dashes)\(name)=\(value) --v=2", "\(dashes)\(name) \(value) --v=2"]
                    for line in lines { #expect(Redaction.text(line, isCut: false) == line) }
                }
            }
        }
    }
}
