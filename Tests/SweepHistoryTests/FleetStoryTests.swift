import Hardening
import ProcessTable
import SweepHistory
import SeededRandom
import Testing

/// Nights made at random from evidence, policy, waivers and inventory, through the history: what a comparison says is
/// held against what the maker of the nights knows. A failure names the seed and what happened.
@Suite struct FleetStoryTests {
    @Test(arguments: FleetStory.Dimension.allCases)
    func `what one thing changed has that cause and no other`(_ dimension: FleetStory.Dimension) throws {
        for seed in 0..<12 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var story = FleetStory(&generator)
            story.change(dimension, &generator)
            let told = try Told(story, seed)
            for attribution in told.diff.attributions {
                #expect(attribution == Attribution(dimension.cause), told.comment)
            }
            try told.check()
        }
    }

    @Test func `of several things only those that changed are causes`() throws {
        for seed in 100..<140 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var story = FleetStory(&generator)
            let dimensions = FleetStory.Dimension.allCases.shuffled(using: &generator).prefix(
                Int.random(in: 2...4, using: &generator))
            for dimension in dimensions { story.change(dimension, &generator) }
            let told = try Told(story, seed)
            let causes = Set(dimensions.map(\.cause))
            for attribution in told.diff.attributions {
                #expect(causes.isSuperset(of: attribution.causes), told.comment)
            }
            try told.check()
        }
    }

    @Test func `a night without change is quiet, in whatever order its hosts came`() throws {
        for seed in 200..<210 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var story = FleetStory(&generator)
            story.newer.machines.shuffle(using: &generator)
            let told = try Told(story, seed)
            #expect(told.diff.isQuiet, told.comment)
            try told.check()
        }
    }

    @Test func `the other way round the same is told`() throws {
        for seed in 300..<325 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var story = FleetStory(&generator)
            // Waivers that expire, and an older program, have a direction.
            for dimension in [FleetStory.Dimension.host, .coverage, .inventory, .policy].shuffled(using: &generator)
                .prefix(2)
            {
                story.change(dimension, &generator)
            }
            let told = try Told(story, seed)
            let back = try told.store.diff(story.newer, to: story.older)
            func mirrored(_ place: HostPlace) -> HostPlace { story.origins[place] ?? place }
            func cluster(_ name: String) -> String {
                told.diff.fleet.renamedClusters.first { $0.to == name }?.from ?? name
            }
            let diff = told.diff
            #expect(
                Set(
                    diff.flags.map {
                        "\(mirrored($0.place)) \($0.component) \($0.flag) \($0.from ?? "-") \($0.to ?? "-")"
                    })
                    == Set(
                        back.flags.map { "\($0.place) \($0.component) \($0.flag) \($0.to ?? "-") \($0.from ?? "-")" }),
                told.comment)
            #expect(
                Set(diff.processes.map { "\(mirrored($0.place)) \($0.component) \($0.isThere) \($0.attribution.text)" })
                    == Set(back.processes.map { "\($0.place) \($0.component) \(!$0.isThere) \($0.attribution.text)" }),
                told.comment)
            #expect(
                Set(diff.hostKeys.map { "\(mirrored($0.place)) \($0.from) \($0.to) \($0.attribution.text)" })
                    == Set(back.hostKeys.map { "\($0.place) \($0.to) \($0.from) \($0.attribution.text)" }), told.comment
            )
            #expect(
                Set(
                    diff.drifts.map {
                        "\(cluster($0.cluster)) \($0.drift.component) \($0.drift.flag) \($0.kind == .appeared)"
                    })
                    == Set(
                        back.drifts.map {
                            "\($0.cluster) \($0.drift.component) \($0.drift.flag) \($0.kind != .appeared)"
                        }),
                told.comment)
            #expect(
                Set(diff.sights.map { "\(mirrored($0.place)) \($0.isBack)" })
                    == Set(back.sights.map { "\($0.place) \(!$0.isBack)" }), told.comment)
            let over: Set<FindingChange.Kind> = [.resolved, .inapplicable, .gone, .unseen, .unknown]
            #expect(
                Set(diff.findings.filter { $0.kind == .new }.map { "\(mirrored($0.place)) \($0.check)" })
                    == Set(
                        back.findings.filter { over.contains($0.kind) && $0.older?.verdict == .fail }
                            .map { "\($0.place) \($0.check)" }), told.comment)
            #expect(diff.unchanged.values.reduce(0, +) == back.unchanged.values.reduce(0, +), told.comment)
            #expect(diff.fleet.addedHosts.map(mirrored) == back.fleet.removedHosts, told.comment)
            #expect(Set(diff.fleet.movedHosts.map(\.from)) == Set(back.fleet.movedHosts.map(\.to)), told.comment)
        }
    }

    @Test func `a host that is back is told of as if it had never been away`() throws {
        for seed in 400..<425 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var story = FleetStory(&generator)
            for dimension in [FleetStory.Dimension.host, .inventory, .policy].shuffled(using: &generator).prefix(2) {
                story.change(dimension, &generator)
            }
            let lost = Set(
                story.older.machines.filter { _ in Int.random(in: 0...2, using: &generator) == 0 }.map(\.place))
            let between = story.older.next { night in
                for index in night.machines.indices where lost.contains(night.machines[index].place) {
                    night.machines[index].sight = .unreachable
                }
            }
            story.newer.day = 3
            let told = try Told(story, seed, between: between)
            let since = told.diff
            let all = try told.store.diff(story.older, to: story.newer)
            for (place, origin) in story.origins where lost.contains(origin) {
                func of(_ diff: SweepDiff) -> [String] {
                    diff.findings.filter { $0.place == place }.map { "\($0.kind) \($0.check) \($0.attribution.text)" }
                        + diff.flags.filter { $0.place == place }.map {
                            "\($0.flag) \($0.from ?? "-") \($0.attribution.text)"
                        }
                        + diff.processes.filter { $0.place == place }.map { "\($0.component) \($0.attribution.text)" }
                        + diff.hostKeys.filter { $0.place == place }.map { "\($0.from) \($0.attribution.text)" }
                }
                #expect(of(since) == of(all), told.comment)
                #expect(since.sights.first { $0.place == place }?.lastSeen == story.older.started, told.comment)
            }
            #expect(
                Set(since.sights.map(\.place)) == Set(story.origins.filter { lost.contains($0.value) }.keys),
                told.comment)
            #expect(since.unchanged == all.unchanged, told.comment)
            // A master that was not seen any more before it was removed had ceased to disagree by then.
            if story.removed.isDisjoint(with: lost) { #expect(since.drifts == all.drifts, told.comment) }
        }
    }
}

/// A story and the comparison of its two nights.
private struct Told {
    let story: FleetStory
    let diff: SweepDiff
    let store: SweepStore
    let comment: Comment
    private let directory: TemporaryDirectory

    init(_ story: FleetStory, _ seed: UInt64, between: FleetNight? = nil) throws {
        self.story = story
        directory = try TemporaryDirectory()
        store = try SweepStore.open(directory.state)
        try story.older.write(to: store)
        try between?.write(to: store)
        try story.newer.write(to: store)
        diff = try store.diff(between ?? story.older, to: story.newer)
        comment = "seed \(seed): \(story.log.joined(separator: "; "))\ntold: \(diff.words.joined(separator: "; "))"
    }

    /// What is told is what the story made, no less and no more.
    func check() throws {
        checkFleet()
        checkFlags()
        try checkFindings()
        try checkDrift()
        #expect(diff.isEmpty == (diff.attributions.isEmpty && diff.fleet.isEmpty), comment)
    }

    private func machine(_ night: FleetNight, _ place: HostPlace) -> FleetNight.Machine? {
        night.machines.first { $0.place == place }
    }

    private func checkFleet() {
        let fleet = diff.fleet
        #expect(Set(fleet.addedHosts) == story.added, comment)
        #expect(Set(fleet.removedHosts) == story.removed, comment)
        let moved = story.origins.filter { $0.key != $0.value }
        #expect(Set(fleet.movedHosts.map(\.to)) == Set(moved.keys), comment)
        #expect(fleet.movedHosts.allSatisfy { moved[$0.to] == $0.from }, comment)
        let readdressed = story.origins.filter {
            machine(story.newer, $0.key)?.address != machine(story.older, $0.value)?.address
        }
        #expect(Set(fleet.readdressedHosts.map(\.place)) == Set(readdressed.keys), comment)
        for host in fleet.readdressedHosts {
            if let isOther = host.isOtherMachine { #expect(isOther == story.replaced.contains(host.place), comment) }
        }
        let renamed = story.renamed.filter { old, new in
            let both = story.origins.count { $0.key.cluster == new && $0.value.cluster == old }
            return 2 * both > story.older.machines.count { $0.cluster == old }
                && 2 * both > story.newer.machines.count { $0.cluster == new }
        }
        #expect(Dictionary(uniqueKeysWithValues: fleet.renamedClusters.map { ($0.from, $0.to) }) == renamed, comment)
    }

    private func checkFlags() {
        var expected: Set<String> = []
        var keys: Set<HostPlace> = []
        for (place, origin) in story.origins {
            guard let old = machine(story.older, origin), let new = machine(story.newer, place) else { continue }
            if old.key != new.key, old.sight != .unreachable, new.sight != .unreachable { keys.insert(place) }
            for (component, before, after) in [
                ("kube-apiserver", old.known(0), new.known(0)), ("kube-scheduler", old.known(1), new.known(1)),
            ] {
                guard let before, let after else { continue }
                for flag in Set(before.keys).union(after.keys) where before[flag] != after[flag] {
                    expected.insert("\(place) \(component) \(flag) \(before[flag] ?? "-") \(after[flag] ?? "-")")
                }
            }
        }
        let told = diff.flags.map {
            "\($0.place) \($0.component.rawValue) \($0.flag) \($0.from ?? "-") \($0.to ?? "-")"
        }
        #expect(Set(told) == expected && told.count == expected.count, comment)
        #expect(Set(diff.hostKeys.map(\.place)) == keys, comment)
    }

    private func hosts(_ night: FleetNight) throws -> [HostPlace: HostRecord] {
        Dictionary(
            uniqueKeysWithValues: try night.records().map {
                (HostPlace(cluster: $0.cluster, host: $0.host.name), $0.host)
            })
    }

    private func checkFindings() throws {
        let (before, after) = (try hosts(story.older), try hosts(story.newer))
        let waivers = (
            try story.older.waivers.map { try WaiverList.parse(kept: $0) },
            try story.newer.waivers.map { try WaiverList.parse(kept: $0) }
        )
        let kinds = Dictionary(grouping: diff.findings) { "\($0.place) \($0.check)" }.mapValues { Set($0.map(\.kind)) }
        var unchanged = 0
        for (place, origin) in story.origins {
            guard let old = before[origin], let new = after[place] else { continue }
            let (was, now) = (old.failures, new.failures)
            for check in Set(was.keys).union(now.keys) {
                let told = kinds["\(place) \(check)"] ?? []
                switch (was[check], now[check]) {
                case (nil, _?): #expect(told == [.new], comment)
                case (_?, nil):
                    #expect(
                        told.count == 1
                            && told.isDisjoint(with: [.new, .changedValue, .changedSeverity, .waived, .unwaived]),
                        comment)
                    // Only what passes is resolved; what was not seen is neither that nor gone.
                    if told == [.resolved] { #expect(new.verdicts[check] == .pass, comment) }
                    if !new.state.isSeen { #expect(told == [.unseen], comment) }
                    if told == [.gone] {
                        #expect(machine(story.newer, place)?.sight == .whole || diff.policyChanged, comment)
                    }
                case (let was?, let now?):
                    let states = (
                        isWaived(was, at: origin, old.address, story.older, waivers.0),
                        isWaived(now, at: place, new.address, story.newer, waivers.1)
                    )
                    #expect(told.contains(.waived) == (!states.0 && states.1), comment)
                    #expect(told.contains(.unwaived) == (states.0 && !states.1), comment)
                    #expect(
                        told.contains(.changedValue) == (was.observed != now.observed && was.severity == now.severity),
                        comment)
                    if told.isEmpty { unchanged += 1 }
                case (nil, nil): break
                }
            }
        }
        #expect(diff.unchanged.values.reduce(0, +) == unchanged, comment)
        for (places, kind) in [(story.added, FindingChange.Kind.new), (story.removed, .gone)] {
            for place in places {
                let failing = ((kind == .new ? after : before)[place]?.failures ?? [:]).keys
                let told = diff.findings.filter { $0.place == place && $0.kind == kind }
                #expect(Set(told.map(\.check)) == Set(failing), comment)
            }
        }
    }

    private func isWaived(
        _ finding: Finding, at place: HostPlace, _ address: String, _ night: FleetNight, _ list: WaiverList?
    ) -> Bool {
        let labels = (night.statements[place.cluster] ?? .init()).labels
        let place = WaiverPlace(cluster: place.cluster, labels: labels, host: place.host, address: address)
        if case .active = list?.state(of: finding, on: place, at: night.started) { return true }
        return false
    }

    private func checkDrift() throws {
        let (before, after) = (try hosts(story.older), try hosts(story.newer))
        func drifts(_ hosts: [HostPlace: HostRecord], in cluster: String) -> [FlagDrift] {
            ClusterRecord(name: cluster, hosts: hosts.filter { $0.key.cluster == cluster }.map(\.value), policy: .none)
                .drift
        }
        for cluster in Set(after.keys.map(\.cluster)) {
            let oldName = diff.fleet.renamedClusters.first { $0.to == cluster }?.from ?? cluster
            let (old, new) = (drifts(before, in: oldName), drifts(after, in: cluster))
            func isIn(_ list: [FlagDrift], _ drift: FlagDrift) -> Bool {
                list.contains { $0.component == drift.component && $0.flag == drift.flag }
            }
            var expected = new.filter { !isIn(old, $0) }.map { "appeared \($0.component) \($0.flag)" }
            for drift in old where !isIn(new, drift) {
                let line = drift.component == .kubeAPIServer ? 0 : 1
                let isSeen = Set(drift.values.flatMap(\.hosts)).allSatisfy { name in
                    let origin = HostPlace(cluster: oldName, host: name)
                    guard let place = story.origins.first(where: { $0.value == origin })?.key, place.cluster == cluster,
                        let machine = machine(story.newer, place)
                    else { return true }
                    return machine.known(line) != nil || machine.sight == .whole
                }
                expected.append("\(isSeen ? "healed" : "unseen") \(drift.component) \(drift.flag)")
            }
            let told = diff.drifts.filter { $0.cluster == cluster }.map {
                "\($0.kind) \($0.drift.component) \($0.drift.flag)"
            }
            #expect(told.sorted() == expected.sorted(), comment)
        }
    }
}

extension FleetNight.Machine {
    /// The flags of one of its lines; nil where the listing does not show them all.
    fileprivate func known(_ line: Int) -> [String: String]? {
        let shown =
            switch sight {
            case .whole: lines.count
            case .unreachable: 0
            case .cut(let count): count
            case .cutRow: lines.count - 1
            }
        return line < min(shown, lines.count) ? FleetStory.values(lines[line]) : nil
    }
}

extension HostRecord {
    fileprivate var failures: [String: Finding] {
        let failing = processes.flatMap(\.findings).filter { $0.verdict == .fail }
        return Dictionary(failing.map { ($0.check, $0) }) { first, _ in first }
    }

    fileprivate var verdicts: [String: Verdict] {
        Dictionary(processes.flatMap(\.findings).map { ($0.check, $0.verdict) }) { first, _ in first }
    }
}

extension SweepDiff {
    fileprivate var attributions: [Attribution] {
        findings.map(\.attribution) + flags.map(\.attribution) + processes.map(\.attribution)
            + drifts.map(\.attribution) + hostKeys.map(\.attribution) + sights.map(\.attribution)
    }

    fileprivate var policyChanged: Bool { findings.contains { $0.attribution.causes.contains(.policy) } }
}
