import Testing

struct ServerCheckTests {
    @Test(
        arguments: verdictTable(
            """
            authorization-always-allow:
            1.5,1.36,? fail|
            1.5,1.36,? pass| --authorization-mode=Node,RBAC
            1.24,? fail| --authorization-mode=AlwaysAllow
            1.24 fail| --authorization-mode=Node,RBAC,AlwaysAllow
            1.24 fail| --authorization-mode=RBAC --authorization-mode=AlwaysAllow
            1.24 pass| --authorization-mode=NotAlwaysAllow
            1.24,? unknown unparsable| --authorization-mode=
            1.29,1.36,? unknown configuredInFile| --authorization-config=/z
            1.30 fail| --authorization-config=
            authorization-node:
            1.5,1.36,? fail|
            1.7,1.36,? pass| --authorization-mode=Node,RBAC
            1.24 pass| --authorization-mode=RBAC --authorization-mode=Node
            1.24 fail| --authorization-mode=RBAC
            1.24 fail| --authorization-mode=NodeFoo,RBAC
            1.29,1.36,? unknown configuredInFile| --authorization-config=/z
            authorization-rbac:
            1.5,1.36,? fail|
            1.5,1.36,? pass| --authorization-mode=Node,RBAC
            1.24 pass| --authorization-mode=Webhook,RBAC
            1.24 fail| --authorization-mode=Node,ABAC
            1.24 fail| --authorization-mode=NotRBAC
            1.24 fail| --authorization-mode=rbac
            1.24,? unknown needsReview| --authorization-mode=Webhook
            1.24 unknown needsReview| --authorization-mode=Node,Webhook
            1.29,1.36,? unknown configuredInFile| --authorization-config=/z
            profiling:
            1.5,1.36,? fail|
            1.24 fail| --profiling
            1.24 fail| --profiling=true
            1.24 fail| --profiling=false --profiling=true
            1.24 fail| --contention-profiling=false
            1.5,1.36,? pass| --profiling=false
            1.24 pass| --profiling=FALSE
            1.24 unknown unparsable| --profiling=off
            1.27,? fail, noted| --profiling=false --debug-socket-path=/s
            1.27 fail| --debug-socket-path=/s
            repair-malformed-updates:
            1.5,1.13 fail|
            1.13 fail| --repair-malformed-updates=true
            1.5,1.13,? pass| --repair-malformed-updates=false
            1.14,1.36 notApplicable removed|
            ? fail| --repair-malformed-updates
            ? fail| --etcd-quorum-read=true
            ? unknown versionNeeded|
            ? unknown versionNeeded| --service-account-issuer=i
            ? notApplicable removed| --shutdown-delay-duration=5s
            encryption-provider-config:
            1.5,1.6 notApplicable notYetIntroduced|
            1.7,1.36 fail|
            1.7,1.12,1.23,1.24,? pass| --experimental-encryption-provider-config=/e
            1.13,1.36,? pass| --encryption-provider-config=/e
            1.24 fail| --encryption-provider-config=
            1.13 fail| --experimental-encryption-provider-config=/e --encryption-provider-config=
            1.13 pass| --encryption-provider-config= --experimental-encryption-provider-config=/e
            1.26 fail| --encryption-provider-config-automatic-reload=true
            ? unknown versionNeeded|
            ? fail| --tls-min-version=VersionTLS12
            encryption-provider-kind:
            1.5,1.6 notApplicable notYetIntroduced|
            1.7,1.36 fail|
            1.7,1.23,? unknown configuredInFile| --experimental-encryption-provider-config=/e
            1.13,1.36,? unknown configuredInFile| --encryption-provider-config=/e
            ? unknown versionNeeded|
            request-timeout:
            1.5,1.36,? pass|
            1.24 pass| --request-timeout=10s
            1.24 pass| --request-timeout=1m30s
            1.24 pass| --request-timeout=5m
            1.24 pass| --request-timeout=300s
            1.24 pass| --request-timeout 60s
            1.24 fail| --request-timeout=9s
            1.24,? fail| --request-timeout=301s
            1.24 fail| --request-timeout=0
            1.24 fail| --request-timeout=0s
            1.24 unknown unparsable| --request-timeout=60
            1.24 unknown unparsable| --request-timeout=-1s
            1.24 unknown unparsable| --request-timeout=
            """))
    func `how the server authorizes, stores and answers`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: false) == row.outcome)
    }
}
