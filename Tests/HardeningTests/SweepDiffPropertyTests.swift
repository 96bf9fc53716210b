import Hardening
import ProcessTable
import SeededRandom
import Testing

/// Nights made at random from evidence, policy, stated version and waivers: the causes that a diff names are among the
/// things that were changed, and every change is told.
@Suite struct SweepDiffPropertyTests {
    private static let policies = ["stackrox-2019", "cis-1.12", "hardened"]
    private static let versions = [nil, "1.18", "1.19", "1.24", "1.29", "1.31"]

    private func night(_ generator: inout SeededGenerator) -> Night {
        Night(
            policy: Self.policies.randomElement(using: &generator) ?? "",
            version: Self.versions.randomElement(using: &generator) ?? nil,
            hosts: [.init("cp1", randomFlags(&generator)), .init("cp2", randomFlags(&generator))])
    }

    @Test func `names no cause that did not change`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<150 {
            let older = night(&generator)
            var newer = older
            var changed: Set<ChangeCause> = []
            if Bool.random(using: &generator) {
                newer.hosts[0].flags = randomFlags(&generator)
                changed.formUnion([.host, .coverage])
            }
            if Bool.random(using: &generator) {
                newer.policy = Self.policies.randomElement(using: &generator) ?? ""
                changed.insert(.policy)
            }
            if Bool.random(using: &generator) {
                newer.version = Self.versions.randomElement(using: &generator) ?? nil
                changed.insert(.inventory)
            }
            if Bool.random(using: &generator) {
                newer.waivers = DiffWaivers(digest: "w") { _, _, _, _ in .active("w") }
                changed.insert(.waiver)
            }
            let (before, after) = (try older.side(), try newer.side())
            let diff = SweepDiff.between(before, after)
            for change in diff.findings {
                #expect(changed.isSuperset(of: change.attribution.causes), "\(change.words)")
                #expect(!change.attribution.causes.isEmpty)
            }
            for (old, new) in zip(before.clusters[0].hosts, after.clusters[0].hosts) {
                let olds = old.processes.flatMap(\.findings).filter { $0.verdict == .fail }.map(\.check)
                let news = new.processes.flatMap(\.findings).filter { $0.verdict == .fail }.map(\.check)
                let told = diff.findings.filter { $0.place.host == new.name }
                for check in Set(news).subtracting(olds) {
                    #expect(told.contains { $0.check == check && $0.kind == .new })
                }
                for check in Set(olds).subtracting(news) {
                    #expect(told.contains { $0.check == check && $0.kind != .new && $0.kind != .changedValue })
                }
                for change in told where change.kind == .resolved {
                    #expect(change.newer?.verdict == .pass)
                }
            }
            #expect(diff.isEmpty || !changed.isEmpty)
        }
    }

    @Test func `the other way round tells the same places`() throws {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<100 {
            let (older, newer) = (night(&generator), night(&generator))
            let there = try diff(older, newer)
            let back = try diff(newer, older)
            func checks(_ diff: SweepDiff, _ kinds: Set<FindingChange.Kind>) -> [String] {
                diff.findings.filter { kinds.contains($0.kind) }.map { "\($0.place.host) \($0.check)" }
            }
            #expect(checks(there, [.resolved]) == checks(back, [.new]).filter(checks(there, [.resolved]).contains))
            #expect(checks(there, [.changedValue]) == checks(back, [.changedValue]))
            #expect(there.flags.map(\.flag) == back.flags.map(\.flag))
        }
    }
}
