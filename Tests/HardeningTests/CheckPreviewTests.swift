import Hardening
import ProcessTable
import Testing

struct CheckPreviewTests {
    private func preview(_ id: String, _ release: Int?) throws -> CheckPreview {
        let check = try #require(try BuiltInJudge.named("hardened").policy.checks.first { $0.id == id })
        return CheckPreview(check, facts: try builtInFacts.get(), at: release.map(Release.init(minor:)))
    }

    @Test(arguments: [
        ("apiserver-insecure-port", ["1.5 to 1.19 fail", "1.20 to 1.23 pass", "1.24 to 1.36 notApplicable removed"]),
        ("apiserver-service-account-lookup", ["1.5 to 1.6 fail", "1.7 to 1.36 pass"]),
        ("apiserver-client-ca-file", ["1.5 to 1.36 fail"]),
        ("etcd-auto-tls", ["1.5 to 1.36 pass"]),
        ("kubelet-seccomp-default", ["1.5 to 1.21 notApplicable notYetIntroduced", "1.22 to 1.36 fail"]),
    ])
    func `tells in which releases a line without the flags ends how`(_ id: String, _ expected: [String]) throws {
        #expect(try preview(id, nil).eras.map { "\($0.releases) \($0.bareLine.text)" } == expected)
    }

    @Test func `keeps the rules that can decide in the release`() throws {
        let era = try #require(try preview("apiserver-audit-log-maxsize", 36).eras.first)
        #expect(era.releases == ReleaseRange(Release(minor: 36), Release(minor: 36)))
        #expect(
            era.steps.map { "\($0.condition ?? "always"): \($0.verdict?.text ?? "pass or fail")" } == [
                "--audit-log-path is not set: notApplicable featureOff",
                "--audit-log-maxsize is at most -1: unknown unparsable", "--audit-log-maxsize is 0: fail",
                "--audit-log-maxsize is at least 100: pass or fail",
            ])
        let before = try #require(try preview("apiserver-audit-log-maxsize", 35).eras.first)
        #expect(before.steps.map(\.verdict)[2] == .pass)
    }

    @Test func `drops what the version has decided from a condition, also where not every line can be tried`() throws {
        let era = try #require(try preview("apiserver-admission-defaults", 20).eras.first)
        #expect(era.steps.count == 1)
        #expect(era.steps[0].condition?.contains("CertificateSigning is enabled") == true)
        #expect(era.steps[0].condition?.contains("PodSecurity") == false)
        let old = try #require(try preview("apiserver-admission-defaults", 9).eras.first)
        #expect(old.steps.map(\.condition) == [nil])
        #expect(old.steps.map(\.verdict) == [.notApplicable(.notYetIntroduced)])
    }

    @Test func `tells a flag's default, and whether the release has it`() throws {
        let flags = try preview("apiserver-kubelet-https", 20).eras[0].flags
        #expect(flags.map(\.name) == ["kubelet-https"])
        #expect(flags.map(\.exists) == [true] && flags.map(\.isInert) == [true] && flags.map(\.standard) == ["true"])
        #expect(try preview("apiserver-kubelet-https", 22).eras[0].flags.map(\.exists) == [false])
    }

    @Test func `takes a release that the facts do not know for the nearest one`() throws {
        #expect(try preview("apiserver-profiling", 99).eras.map(\.releases.description) == ["1.36"])
        #expect(try preview("apiserver-profiling", 1).eras.map(\.releases.description) == ["1.5"])
    }
}
