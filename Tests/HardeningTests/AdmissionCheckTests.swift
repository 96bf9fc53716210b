import Testing

struct AdmissionCheckTests {
    @Test(
        arguments: verdictTable(
            """
            admission-always-admit:
            1.5,1.9 fail|
            1.9 pass| --admission-control=NamespaceLifecycle,ServiceAccount
            1.9 pass| --admission-control=
            1.9 fail| --admission-control=NamespaceLifecycle,AlwaysAdmit
            1.10,1.36 pass|
            1.10,1.36,? fail| --enable-admission-plugins=AlwaysAdmit
            1.24 fail| --enable-admission-plugins NodeRestriction,AlwaysAdmit
            1.24 fail| --enable-admission-plugins=NodeRestriction --enable-admission-plugins=AlwaysAdmit
            1.24 pass| --enable-admission-plugins=NotAlwaysAdmit
            1.24 pass| --enable-admission-plugins=alwaysadmit
            1.24 pass| --admission-control=NodeRestriction
            1.24 fail| --admission-control=NodeRestriction --admission-control=AlwaysAdmit
            1.24 unknown unparsable| --enable-admission-plugins=AlwaysAdmit --disable-admission-plugins=AlwaysAdmit
            1.24 unknown unparsable| --enable-admission-plugins=NodeRestriction --admission-control=NodeRestriction
            1.24 unknown unparsable| --disable-admission-plugins=LimitRanger --admission-control=NodeRestriction
            ? unknown versionNeeded|
            ? pass| --enable-admission-plugins=NodeRestriction
            admission-always-pull-images:
            1.5,1.9,1.10,1.36,? fail|
            1.10,1.36,? pass| --enable-admission-plugins=AlwaysPullImages
            1.24 pass| --enable-admission-plugins=NodeRestriction --enable-admission-plugins=AlwaysPullImages
            1.24 pass| --enable_admission_plugins=AlwaysPullImages
            1.24 pass| --enable-admission-plugins="NodeRestriction","AlwaysPullImages"
            1.24 fail| --enable-admission-plugins=NodeRestriction, AlwaysPullImages
            1.9,1.24 pass| --admission-control=AlwaysPullImages
            admission-security-context-deny:
            1.5,1.9,1.24,? fail|
            1.24,1.25,1.26 pass| --enable-admission-plugins=SecurityContextDeny
            1.9 pass| --admission-control=SecurityContextDeny
            1.24,? pass, noted| --enable-admission-plugins=PodSecurityPolicy
            1.25,1.26 unknown needsReview|
            1.27,1.29,1.30,1.36 notApplicable removed|
            1.27,1.29 notApplicable removed| --enable-admission-plugins=SecurityContextDeny
            1.30 pass| --enable-admission-plugins=SecurityContextDeny
            ? unknown versionNeeded| --service-account-issuer=i
            admission-namespace-lifecycle:
            1.5,1.9 fail|
            1.9 pass| --admission-control=NamespaceLifecycle
            1.9,1.24 fail| --admission-control=ServiceAccount
            1.10,1.36 pass|
            1.10,1.36,? fail| --disable-admission-plugins=NamespaceLifecycle
            1.24 fail| --disable-admission-plugins=LimitRanger --disable-admission-plugins=NamespaceLifecycle
            1.24 pass| --disable-admission-plugins=LimitRanger
            1.24 pass| --disable-admission-plugins=
            ? unknown versionNeeded|
            ? pass| --tls-min-version=VersionTLS12
            admission-service-account:
            1.5,1.9 fail|
            1.9 pass| --admission-control=ServiceAccount
            1.9,1.24 fail| --admission-control=NamespaceLifecycle
            1.10,1.36 pass|
            1.10,1.36,? fail| --disable-admission-plugins=ServiceAccount
            1.24 fail| --disable-admission-plugins LimitRanger,ServiceAccount
            ? unknown versionNeeded|
            ? pass| --tls-min-version=VersionTLS12
            admission-pod-security-policy:
            1.5,1.9,1.20,1.24,? fail|
            1.9 pass| --admission-control=PodSecurityPolicy
            1.20 pass| --enable-admission-plugins=PodSecurityPolicy
            1.21,1.24 pass, noted| --enable-admission-plugins=PodSecurityPolicy
            1.25 pass| --enable-admission-plugins=PodSecurityPolicy
            1.25,1.36 notApplicable removed|
            1.25,1.36 fail, noted| --disable-admission-plugins=PodSecurity
            1.25 fail, noted| --admission-control=NamespaceLifecycle
            ? unknown versionNeeded| --service-account-issuer=i
            admission-node-restriction:
            1.5,1.9,1.10,1.36,? fail|
            1.10,1.36,? pass| --enable-admission-plugins=NodeRestriction --authorization-mode=Node,RBAC
            1.24 pass, noted| --enable-admission-plugins=NodeRestriction --authorization-mode=RBAC
            1.30 pass| --enable-admission-plugins=NodeRestriction --authorization-config=/z
            1.24 fail| --disable-admission-plugins=NodeRestriction --authorization-mode=Node
            admission-event-rate-limit:
            1.5,1.9,1.10,1.36,? fail|
            1.24,? pass, noted| --enable-admission-plugins=EventRateLimit
            1.24 pass| --enable-admission-plugins=EventRateLimit --admission-control-config-file=/c
            """))
    func `which plugins are in force`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: false) == row.outcome)
    }
}
