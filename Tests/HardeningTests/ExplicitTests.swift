import Testing

/// --explicit: the list's literal wording, for which a safe default does not count.
struct ExplicitTests {
    @Test(
        arguments: verdictTable(
            """
            anonymous-auth:
            1.24 pass| --anonymous-auth=false
            1.24 fail, noted|
            1.24 fail| --authorization-mode=RBAC
            1.24 fail, noted| --anonymous-auth=true --authorization-mode=AlwaysAllow
            basic-auth-file:
            1.18 pass|
            1.18 fail, noted| --basic-auth-file=
            1.19 notApplicable removed|
            insecure-allow-any-token:
            1.7 pass|
            1.7 fail, noted| --insecure-allow-any-token=false
            kubelet-https:
            1.18 pass|
            1.18 pass| --kubelet-https=true
            1.19 fail, noted| --kubelet-https=false
            insecure-bind-address:
            1.19 pass|
            1.20 fail, noted| --insecure-bind-address=0.0.0.0
            1.19 fail, noted| --insecure-bind-address=0.0.0.0 --insecure-port=0
            insecure-port:
            1.20 fail, noted|
            1.20 pass| --insecure-port=0
            1.24 notApplicable removed|
            secure-port:
            1.24 pass|
            1.24 pass| --secure-port=6443
            profiling:
            1.24 fail|
            1.24 pass| --profiling=false
            repair-malformed-updates:
            1.13 fail|
            1.13 pass| --repair-malformed-updates=false
            admission-always-admit:
            1.24 fail, noted|
            1.24 pass| --enable-admission-plugins=NodeRestriction
            1.9 pass| --admission-control=ServiceAccount
            admission-always-pull-images:
            1.24 pass| --enable-admission-plugins=AlwaysPullImages
            admission-security-context-deny:
            1.24 pass| --enable-admission-plugins=SecurityContextDeny
            1.24 fail, noted| --enable-admission-plugins=PodSecurityPolicy
            1.26 unknown needsReview|
            admission-namespace-lifecycle:
            1.24 fail, noted|
            1.24 pass| --disable-admission-plugins=LimitRanger
            1.9 pass| --admission-control=NamespaceLifecycle
            admission-service-account:
            1.24 fail, noted|
            1.24 pass| --disable-admission-plugins=LimitRanger
            1.9 pass| --admission-control=ServiceAccount
            audit-log-path:
            1.24 pass| --audit-log-path=/a --audit-policy-file=/p
            1.24 fail, noted| --audit-webhook-config-file=/w --audit-policy-file=/p
            audit-log-maxage:
            1.24 fail, noted| --audit-log-path=/a
            1.36 fail, noted| --audit-log-path=/a
            1.24 fail, noted| --audit-log-path=/a --audit-log-maxage=0
            1.24 pass| --audit-log-path=/a --audit-log-maxage=30
            audit-log-maxbackup:
            1.36 fail, noted| --audit-log-path=/a
            1.24 fail, noted| --audit-log-path=/a --audit-log-maxbackup=0
            1.24 pass| --audit-log-path=/a --audit-log-maxbackup=10
            audit-log-maxsize:
            1.24 fail, noted| --audit-log-path=/a
            1.24 fail, noted| --audit-log-path=/a --audit-log-maxsize=0
            1.24 pass| --audit-log-path=/a --audit-log-maxsize=100
            authorization-always-allow:
            1.24 pass| --authorization-mode=RBAC
            token-auth-file:
            1.24 pass|
            1.24 fail, noted| --token-auth-file=
            service-account-lookup:
            1.24 fail, noted|
            1.24 pass| --service-account-lookup=true
            admission-pod-security-policy:
            1.20 pass| --enable-admission-plugins=PodSecurityPolicy
            1.25 notApplicable removed|
            service-account-key-file:
            1.24 pass| --service-account-key-file=/sa.pub
            1.32 fail, noted| --service-account-signing-endpoint=/s
            tls-cipher-suites:
            1.24 pass| --tls-cipher-suites=TLS_AES_128_GCM_SHA256
            1.24 fail, noted| --tls-min-version=VersionTLS13
            encryption-provider-config:
            1.24 pass| --encryption-provider-config=/e
            advanced-auditing:
            1.24 pass|
            request-timeout:
            1.24 pass|
            1.24 pass| --request-timeout=1m
            """))
    func `a safe default counts for nothing`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: true) == row.outcome)
    }

    @Test func `nothing passes that would not pass otherwise`() throws {
        for flags in ["", "--profiling=false --audit-log-path=/a", "--insecure-port=0 --token-auth-file="] {
            let literal = try record(flags, isExplicit: true).verdicts()
            let effective = try record(flags).verdicts()
            for (check, verdict) in literal where verdict == "pass" { #expect(effective[check] == "pass", "\(check)") }
        }
    }
}
