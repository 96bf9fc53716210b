import ProcessTable
import SeededRandom
import Testing

@testable import Hardening

struct PropertyTests {
    /// Eight tests, each of every eighth length, so that they run side by side.
    @Test(arguments: 0..<8)
    func `cutting a listing at any byte leaves no pass`(offset: Int) throws {
        let rows = [
            "root 600 1 0 10:14 ? 00:00:00 etcd --name=a",
            "root 690 1 0 10:14 ? 00:00:00 /go-runner --log-file=/l kube-apiserver \(hardened)",
            apiServerRow(hardened).replacing("root 700 1 ", with: "root 700 690 "),
            "root 800 1 0 10:14 ? 00:00:00 kube-scheduler --profiling=false",
        ]
        let bytes = Array(listing(rows, end: endMarker).utf8)
        let judge = try judge()
        let whole = judge.judge(try HostEvidence.read(bytes, origin: .remoteCommand), claimed: Release("1.24"))
        #expect(whole.map(\.pid) == [600, 700, 800])
        #expect(whole[1].findings.count { $0.verdict == .pass } == 31)
        for length in stride(from: offset, to: bytes.count, by: 8) {
            guard let evidence = try? HostEvidence.read(Array(bytes[..<length]), origin: .remoteCommand) else {
                continue
            }
            let records = judge.judge(evidence, claimed: Release("1.24"))
            #expect(records.flatMap(\.findings).filter { $0.verdict == .pass }.map(\.check) == [], "\(length)")
        }
    }

    /// The second is started like the first, by a user nobody knows, or out of a session: the first's verdicts stay, and
    /// whatever may be a look-alike is a failure of its own.
    @Test(arguments: [
        ("root", 1, false), ("65532", 1, false), ("nobody", 1, true), ("root", 60, true), ("bob", 60, true),
    ])
    func `another API server never improves the cluster`(user: String, parent: Int, isLookAlike: Bool) throws {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<60 {
            let first = apiServerRow(randomFlags(&generator), pid: 700)
            let second = apiServerRow(randomFlags(&generator), pid: 900)
                .replacing("root 900 1 ", with: "\(user) 900 \(parent) ")
            let (alone, both) = (try rollup([first]).prefix(38), try rollup([first, second]))
            for (alone, both) in zip(alone, both.filter { $0.check != "process-identity" }) {
                #expect(alone.check == both.check)
                #expect(both.worst.weight >= alone.worst.weight, "round \(round), \(alone.check)")
                #expect(both.counts.fail >= alone.counts.fail && both.counts.unknown >= alone.counts.unknown)
                if isLookAlike { #expect(both.worst == alone.worst, "round \(round), \(alone.check)") }
            }
            #expect((both.first { $0.check == "process-identity" }?.worst == .fail) == isLookAlike)
        }
    }

    /// Beside a look-alike alone, the trustworthy process decides, and the look-alike still fails.
    @Test func `a trustworthy API server beside a look-alike decides alone`() throws {
        var generator = SeededGenerator(seed: 8)
        for round in 0..<60 {
            let trustworthy = apiServerRow(randomFlags(&generator), pid: 700)
            let stranger = apiServerRow(randomFlags(&generator), pid: 900).replacing("root 900", with: "nobody 900")
            let both = try rollup([stranger, trustworthy])
            #expect(try both.filter { $0.check != "process-identity" } == rollup([trustworthy]), "round \(round)")
            #expect(both.first { $0.check == "process-identity" }?.worst == .fail)
            let strangers = try rollup([stranger, stranger.replacing(" 900 ", with: " 901 ")])
            #expect(strangers.first { $0.check == "process-identity" }?.counts == VerdictCounts(fail: 2))
        }
    }

    private func rollup(_ rows: [String]) throws -> [CheckRollup] {
        let session = "bob 60 1 0 10:14 pts/0 00:00:00 -bash"
        let evidence = try HostEvidence.read(
            Array(listing([session] + rows, end: endMarker).utf8), origin: .remoteCommand)
        let host = HostRecord(
            name: "a", address: "a", state: .evaluated, processes: try judge().judge(evidence, claimed: nil))
        return ClusterRecord(name: "c", hosts: [host], policy: try builtInPolicy.get()).checks
    }

    @Test func `the order of unrelated processes changes nothing`() throws {
        var generator = SeededGenerator(seed: 4)
        let others = (0..<40).map { "root \(1000 + $0) 2 0 10:14 ? 00:00:00 worker-\($0) --profiling=true" }
        let first = try judged(listing(others + [apiServerRow(hardened)]))
        for _ in 0..<20 {
            var rows = others.shuffled(using: &generator)
            rows.insert(apiServerRow(hardened), at: Int.random(in: 0...rows.count, using: &generator))
            #expect(try judged(listing(rows)) == first)
        }
    }

    @Test func `judging is deterministic, and so is reading the policy`() throws {
        var generator = SeededGenerator(seed: 5)
        let facts = try BuiltIn.facts()
        let again = Judge(policy: try PolicySource.load("stackrox-2019").policy(facts: facts), facts: facts)
        for _ in 0..<100 {
            let text = listing([apiServerRow(randomFlags(&generator))])
            let evidence = try HostEvidence.read(Array(text.utf8), origin: .saved)
            let once = try judge().judge(evidence, claimed: nil)
            #expect(try judge().judge(evidence, claimed: nil) == once)
            #expect(again.judge(evidence, claimed: nil) == once)
        }
    }

    /// Only one release of each era is asked; the others of it must answer the same.
    @Test(arguments: [false, true])
    func `no check changes its answer inside an era`(isExplicit: Bool) throws {
        var generator = SeededGenerator(seed: 6)
        let facts = try #require(try builtInFacts.get()[.kubeAPIServer])
        for _ in 0..<150 {
            let flags = randomFlags(&generator)
            let process = ControlPlaneProcess(
                component: .kubeAPIServer, pid: 1, parent: nil, user: "root", program: "kube-apiserver",
                arguments: flags.isEmpty ? [] : flags.split(separator: " ").map(String.init))
            let settings = Settings(process, facts: facts)
            for check in try builtInPolicy.get().checks {
                var expected: Outcome?
                let samples = [facts.releases.lower] + check.eras
                for minor in facts.releases.lower.minor...facts.releases.upper.minor {
                    let release = Release(minor: minor)
                    let found = check.decide(settings, at: release, isExplicit: isExplicit)
                    if samples.contains(release) { expected = found }
                    #expect(found == expected, "\(check.id) at \(release): \(flags)")
                }
            }
        }
    }

    /// With no version stated, a verdict is the one of every release the line leaves, or versionNeeded.
    @Test func `a verdict without a version holds in every release that is left`() throws {
        var generator = SeededGenerator(seed: 7)
        // The first change their answer from release to release, in both directions.
        let known = [
            "--service-account-issuer=i", "--service-account-issuer=i --audit-log-path=/a --audit-log-maxsize=0",
            "--service-account-issuer=i --disable-admission-plugins=PodSecurity", "--kubelet-https=false",
        ]
        for flags in known + (0..<60).map({ _ in randomFlags(&generator) }) {
            let open = try record(flags)
            guard let releases = open.releases else { continue }
            for minor in releases.lower.minor...releases.upper.minor {
                let closed = try record(flags, claimed: Release(minor: minor))
                guard closed.releases == ReleaseRange(Release(minor: minor), Release(minor: minor)) else { continue }
                for (one, other) in zip(open.findings, closed.findings) where one.verdict != other.verdict {
                    switch (one.verdict, other.verdict) {
                    case (.unknown, _), (.pass, .notApplicable): break
                    default: Issue.record("\(one.check) at 1.\(minor): \(one.verdict), \(other.verdict): \(flags)")
                    }
                }
            }
        }
    }
}
