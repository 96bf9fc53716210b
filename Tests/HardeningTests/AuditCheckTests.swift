import Testing

struct AuditCheckTests {
    @Test(
        arguments: verdictTable(
            """
            audit-log-path:
            1.5,1.36,? fail|
            1.24 fail| --audit-log-path=
            1.24 fail| --audit-policy-file=/p
            1.5,1.7 pass| --audit-log-path=/a
            1.8,1.36 pass, noted| --audit-log-path=/a
            ? pass| --audit-log-path=/a
            1.8,1.36,? pass| --audit-log-path=/a --audit-policy-file=/p
            1.24 pass| --audit-log-path=- --audit-policy-file=/p
            1.24 pass| --audit-log-path - --audit-policy-file=/p
            1.24 pass, noted| --audit-webhook-config-file=/w --audit-policy-file=/p
            1.24 fail| --audit-webhook-config-file=/w
            audit-log-maxage:
            1.5,1.36,? notApplicable featureOff|
            1.24 notApplicable featureOff| --audit-log-maxage=1
            1.24 notApplicable featureOff| --audit-webhook-config-file=/w --audit-policy-file=/p
            1.5,1.35 pass, noted| --audit-log-path=/a
            1.36 pass| --audit-log-path=/a
            ? pass| --audit-log-path=/a --service-account-issuer=i
            1.24,? pass| --audit-log-path=/a --audit-log-maxage=30
            1.24 pass| --audit-log-path=/a --audit-log-maxage=0x1e
            1.24 pass| --audit-log-path=/a --audit-log-maxage=7 --audit-log-maxage=365
            1.24 fail| --audit-log-path=/a --audit-log-maxage=30 --audit-log-maxage=7
            1.24,? fail| --audit-log-path=/a --audit-log-maxage=29
            1.24 fail| --audit-log-path=/a --audit-log-maxage=1
            1.35,1.36 pass, noted| --audit-log-path=/a --audit-log-maxage=0
            1.24 unknown unparsable| --audit-log-path=/a --audit-log-maxage=-1
            1.24 unknown unparsable| --audit-log-path=/a --audit-log-maxage=30d
            audit-log-maxbackup:
            1.24 notApplicable featureOff|
            1.5,1.35 pass, noted| --audit-log-path=/a
            1.36 pass| --audit-log-path=/a
            1.24,? pass| --audit-log-path=/a --audit-log-maxbackup=10
            1.24,? fail| --audit-log-path=/a --audit-log-maxbackup=9
            1.24 fail| --audit-log-path=/a --audit-log-maxbackup=1
            1.35,1.36 pass, noted| --audit-log-path=/a --audit-log-maxbackup=0
            1.24 unknown unparsable| --audit-log-path=/a --audit-log-maxbackup=-1
            audit-log-maxsize:
            1.24 notApplicable featureOff|
            1.5,1.35,1.36,? pass| --audit-log-path=/a
            1.24,? pass| --audit-log-path=/a --audit-log-maxsize=100
            1.24,? fail| --audit-log-path=/a --audit-log-maxsize=99
            1.35,? pass, noted| --audit-log-path=/a --audit-log-maxsize=0
            1.36 fail, noted| --audit-log-path=/a --audit-log-maxsize=0
            ? unknown versionNeeded| --audit-log-path=/a --audit-log-maxsize=0 --service-account-issuer=i
            1.24 unknown unparsable| --audit-log-path=/a --audit-log-maxsize=-1
            advanced-auditing:
            1.5,1.6 notApplicable notYetIntroduced|
            1.7 fail|
            1.7 pass| --feature-gates=AdvancedAuditing=true
            1.7 pass| --feature-gates=AllAlpha=true
            1.8,1.26 pass|
            1.7,1.8,1.26,? fail| --feature-gates=AdvancedAuditing=false
            1.26 fail| --feature-gates=AdvancedAuditing=0
            1.26 fail| --feature-gates=AdvancedAuditing=F
            1.26 fail| --feature-gates=AdvancedAuditing=FALSE
            1.26 fail| --feature-gates=A=true, AdvancedAuditing = false
            1.24 pass| --feature-gates=AdvancedAuditing=false,AdvancedAuditing=true
            1.24 fail| --feature-gates=AdvancedAuditing=true --feature-gates=AdvancedAuditing=false
            1.11 fail| --feature-gates=AllBeta=false
            1.12 pass| --feature-gates=AllBeta=false
            1.24 pass| --feature-gates=NotAdvancedAuditing=false
            1.24 unknown unparsable| --feature-gates=AdvancedAuditing
            1.27 fail| --feature-gates=AdvancedAuditing=false
            1.27,1.28,1.36 notApplicable removed|
            ? unknown versionNeeded|
            ? notApplicable removed| --service-account-issuer=i --debug-socket-path=/s
            """))
    func `what is recorded, and for how long`(row: VerdictRow) throws {
        #expect(try row.found(isExplicit: false) == row.outcome)
    }
}
