import Testing

struct IdentityCheckTests {
    @Test(
        arguments: verdictTable(
            """
            anonymous-auth:
            1.5,1.24,1.36,? pass| --anonymous-auth=false
            1.24 pass| --anonymous-auth=False
            1.24 pass| --anonymous-auth=f
            1.24 pass| --anonymous-auth=0
            1.24 pass| --anonymous_auth=false
            1.24 pass| --anonymous-auth=true --anonymous-auth=false
            1.24 fail| --anonymous-auth=false --anonymous-auth=true --authorization-mode=RBAC
            1.5,1.24,1.36,? fail| --authorization-mode=Node,RBAC
            1.24 fail| --anonymous-auth --authorization-mode=RBAC
            1.24 fail| --anonymous-auth false --authorization-mode=RBAC
            1.24 unknown unparsable| --anonymous-auth=no --authorization-mode=RBAC
            1.24 unknown unparsable| --anonymous-auth=fAlse --authorization-mode=RBAC
            1.24,? pass, noted|
            1.24 pass, noted| --authorization-mode=RBAC,AlwaysAllow
            1.24 pass, noted| --anonymous-auth=true --authorization-mode=AlwaysAllow
            1.31,? unknown configuredInFile| --authentication-config=/c --authorization-mode=RBAC
            1.31 unknown configuredInFile| --authentication-config=/c --authorization-config=/z
            1.31 fail| --authentication-config=/c --anonymous-auth=true --authorization-mode=RBAC
            1.31 pass| --authentication-config=/c --anonymous-auth=false --authorization-mode=RBAC
            1.31 fail| --authentication-config= --authorization-mode=RBAC
            1.31 fail| --authorization-config=/z
            basic-auth-file:
            1.5,1.18 pass|
            1.18 pass| --basic-auth-file=
            1.18 pass| --basic-auth-file=/p --basic-auth-file=
            1.5,1.18,1.24,? fail| --basic-auth-file=/p
            1.18 fail| --basic-auth-file /p
            1.19,1.36 notApplicable removed|
            ? pass| --service-account-issuer=i
            ? notApplicable removed| --service-account-issuer=i --permit-port-sharing=false
            insecure-allow-any-token:
            1.5,1.7 pass|
            1.7 pass| --insecure-allow-any-token=false
            1.7,1.24,? fail| --insecure-allow-any-token
            1.7 fail| --insecure-allow-any-token=1
            1.8,1.36 notApplicable removed|
            ? pass| --service-account-issuer=i
            token-auth-file:
            1.5,1.24,1.36,? pass|
            1.24 pass| --token-auth-file=
            1.24,? fail| --token-auth-file=/t
            1.24 fail| --token-auth-file --profiling=false
            1.24 pass| --authentication-token-webhook-config-file=/w
            service-account-lookup:
            1.5,1.6 fail|
            1.7,1.36 pass|
            1.6,1.36,? pass| --service-account-lookup=true
            1.36 pass| --service-account-lookup
            1.6,1.7,1.36,? fail| --service-account-lookup=false
            ? unknown versionNeeded|
            ? pass| --tls-min-version=VersionTLS12
            service-account-key-file:
            1.5,1.19,1.31,? fail|
            1.19 fail| --service-account-key-file=
            1.24 pass| --service-account-key-file=/sa.pub
            1.24,? pass| --service-account-key-file=/sa.pub --tls-private-key-file=/tls.key
            1.24 fail| --service-account-key-file=/tls.key --tls-private-key-file=/tls.key
            1.24 fail| --service-account-key-file=/sa.pub --tls-private-key-file=/k --service-account-key-file=/k
            1.24 pass| --service-account-key-file=/a,/k --tls-private-key-file=/k
            1.32,? pass, noted| --service-account-signing-endpoint=/sock
            1.32 pass| --service-account-key-file=/sa.pub --service-account-signing-endpoint=/sock
            """))
    func `who the caller is`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: false) == row.outcome)
    }
}
