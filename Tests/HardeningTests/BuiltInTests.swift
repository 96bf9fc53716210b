import Hardening
import ProcessTable
import Testing

struct BuiltInTests {
    @Test func `the default policy has the list's checks in its order`() throws {
        let policy = try builtInPolicy.get()
        #expect(policy.name == "stackrox-2019")
        #expect(policy.disabled == [:])
        #expect(
            policy.checks.map(\.id)
                == [
                    "anonymous-auth", "basic-auth-file", "insecure-allow-any-token", "kubelet-https",
                    "insecure-bind-address", "insecure-port", "secure-port", "profiling", "repair-malformed-updates",
                    "admission-always-admit", "admission-always-pull-images", "admission-security-context-deny",
                    "admission-namespace-lifecycle", "audit-log-path", "audit-log-maxage", "audit-log-maxbackup",
                    "audit-log-maxsize", "authorization-always-allow", "token-auth-file",
                    "kubelet-certificate-authority", "kubelet-client-certificate", "service-account-lookup",
                    "admission-pod-security-policy", "service-account-key-file", "etcd-client-certificate",
                    "admission-service-account", "tls-serving-certificate", "client-ca-file", "etcd-cafile",
                    "tls-cipher-suites", "authorization-node", "admission-node-restriction",
                    "encryption-provider-config", "encryption-provider-kind", "admission-event-rate-limit",
                    "advanced-auditing", "request-timeout", "authorization-rbac",
                ].map { "apiserver-" + $0 })
        #expect(policy.checks.map(\.item) == (Array(1...33) + Array(33...37)).map(Optional.init))
        #expect(policy.checks.allSatisfy { $0.component == "kube-apiserver" })
    }

    @Test func `every check tells a person what to do`() throws {
        for check in try builtInPolicy.get().checks {
            for text in [check.title, check.expected, check.rationale, check.remediation, check.breaks] {
                #expect(!text.isEmpty, "\(check.id)")
            }
            #expect(!check.flags.isEmpty && !check.cis.isEmpty, "\(check.id)")
            for rule in check.rules where rule.verdict != .pass && rule.verdict != .fail {
                #expect(rule.note != nil, "\(check.id)")
            }
        }
    }

    /// kube-bench's profiles by benchmark version; a dash where the benchmark has no such recommendation.
    @Test(arguments: [
        ("anonymous-auth", "1.1.1 1.1.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1 1.2.1"),
        ("kubelet-https", "1.1.4 1.1.4 1.2.4 1.2.4 1.2.3 1.2.4 - - - - - - -"),
        ("secure-port", "1.1.7 1.1.7 1.2.20 1.2.20 1.2.19 1.2.17 1.2.16 1.2.16 - - - - -"),
        ("etcd-cafile", "1.1.31 1.1.30 1.2.32 1.2.32 1.2.31 1.2.29 1.2.28 1.2.28 1.2.27 1.2.26 1.2.26 1.2.26 1.2.26"),
        ("authorization-rbac", "- 1.1.39 1.2.9 1.2.9 1.2.8 1.2.9 1.2.8 1.2.8 1.2.8 1.2.8 1.2.8 1.2.8 1.2.8"),
        (
            "request-timeout",
            "1.1.38 1.1.38 1.2.26 1.2.26 1.2.25 1.2.23 1.2.22 1.2.22 1.2.21 1.2.20 1.2.20 1.2.20 1.2.20"
        ),
    ])
    func `names the recommendations of the CIS benchmarks`(id: String, row: String) throws {
        let benchmarks = [
            "1.3", "1.4", "1.5", "1.6", "1.20", "1.23", "1.24", "1.7", "1.8", "1.9", "1.10", "1.11", "1.12",
        ]
        let check = try #require(try builtInPolicy.get().checks.first { $0.id == "apiserver-" + id })
        let ids = Dictionary(uniqueKeysWithValues: check.cis.map { ($0.benchmark, $0.id) })
        #expect(benchmarks.map { ids[$0] ?? "-" }.joined(separator: " ") == row)
        #expect(ids.count == row.split(separator: " ").count { $0 != "-" })
    }

    @Test func `facts of every component decode`() throws {
        let facts = try builtInFacts.get()
        #expect(facts.keys.map(\.rawValue).sorted() == Component.allCases.map(\.rawValue).sorted())
        for (component, facts) in facts {
            #expect(facts.component == component)
            #expect(facts.releases == ReleaseRange(Release(minor: 5), Release(minor: 36)))
            #expect(facts.syntax.style == (component == .etcd ? .goFlag : .pflag))
        }
    }

    @Test(arguments: [
        ("kube-apiserver", "anonymous-auth", "bool"), ("kube-apiserver", "insecure-bind-address", "ip"),
        ("kube-apiserver", "address", "ip"), ("kube-apiserver", "port", "int"),
        ("kube-apiserver", "service-account-key-file", "stringArray"),
        ("kube-apiserver", "service-account-issuer", "stringArray"),
        ("kube-apiserver", "authorization-mode", "stringSlice"), ("kube-apiserver", "request-timeout", "duration"),
        ("kube-apiserver", "feature-gates", "gates"), ("kube-apiserver", "runtime-config", "map"),
        ("kube-apiserver", "goaway-chance", "float"), ("kube-apiserver", "v", "int"),
        ("kube-apiserver", "allow-privileged", "bool"), ("kube-apiserver", "event-ttl", "duration"),
        ("kube-apiserver", "coordinated-leadership-lease-duration", "duration"),
        ("kube-controller-manager", "enable-leader-migration", "bool"),
        ("kube-controller-manager", "leader-migration-config", "string"),
        ("kube-controller-manager", "controllers", "stringSlice"),
        ("kube-scheduler", "config", "string"), ("kube-scheduler", "leader-elect", "bool"),
        ("kubelet", "authentication-token-webhook", "bool"),
        ("kubelet", "authentication-token-webhook-cache-ttl", "duration"), ("kubelet", "authorization-mode", "string"),
        ("etcd", "client-cert-auth", "bool"), ("etcd", "listen-client-urls", "stringSlice"),
    ])
    func `flags have their types`(component: String, flag: String, kind: String) throws {
        let known = try #require(Component(rawValue: component))
        let facts = try #require(try builtInFacts.get()[known])
        #expect(facts.flags[try #require(facts.flag(flag))].kind.rawValue == kind)
    }

    @Test(arguments: [
        ("kube-controller-manager", "leader-migration"), ("kube-apiserver", "profile"), ("etcd", "etcd-servers"),
    ])
    func `flags that no release had are not listed`(component: String, flag: String) throws {
        let known = try #require(Component(rawValue: component))
        #expect(try #require(try builtInFacts.get()[known]).flag(flag) == nil)
    }
}
