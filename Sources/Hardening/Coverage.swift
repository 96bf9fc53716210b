/// How much a sweep saw: anything at all, as much as was asked for, and as much as the sweep that it is compared with.
package struct Coverage: Sendable {
    /// What a sweep came to.
    package struct Sum: Sendable, Equatable {
        /// Hosts on which something was judged.
        package let judged: Int
        package let counts: VerdictCounts

        package init(judged: Int, counts: VerdictCounts) {
            self.judged = judged
            self.counts = counts
        }
    }

    /// Hosts that the sweep had.
    package let hosts: Int
    package let sum: Sum
    /// Of the sweep that it is compared with; nil where there is none.
    package let before: Sum?
    /// The least that was asked for by name, in percent.
    package let floor: Double?
    /// What most of the hosts that were not judged have in common.
    package let commonest: CommonFailure?

    package init(_ record: SweepRecord, before: Sum?, floor: Double?) {
        let hosts = record.hosts
        self.hosts = hosts.count
        sum = Sum(judged: hosts.count { $0.state == .evaluated }, counts: record.counts)
        self.before = before
        self.floor = floor
        commonest = CommonFailure(hosts)
    }

    /// Not one host was judged, so that nothing can be said of the fleet.
    package var isNothing: Bool { sum.judged == 0 }

    package var isBelowFloor: Bool { floor.map { sum.counts.coverage < $0 } ?? false }

    /// Fewer hosts were judged or fewer checks answered than before, be it that fewer were asked for.
    package var isLess: Bool {
        guard let before else { return false }
        return sum.judged < before.judged || sum.counts.answered < before.counts.answered
    }

    /// Whether nobody needs to be told of it.
    package var isHeld: Bool { !isNothing && !isBelowFloor && !isLess }
}

/// The failure that most hosts of a sweep had.
package struct CommonFailure: Sendable, Equatable {
    package let hosts: Int
    /// As reports name it.
    package let name: String
    package let hint: String

    /// Nil where every host was judged.
    init?(_ hosts: [HostRecord]) {
        struct Kind: Hashable {
            let state: HostState
            let phase: String?
            let reason: String?
        }
        var counts: [Kind: Int] = [:]
        var most: (kind: Kind, failure: HostFailure?)?
        for host in hosts where host.state != .evaluated {
            let kind = Kind(state: host.state, phase: host.failure?.phase, reason: host.failure?.reason)
            counts[kind, default: 0] += 1
            if counts[kind, default: 0] > most.flatMap({ counts[$0.kind] }) ?? 0 { most = (kind, host.failure) }
        }
        guard let most else { return nil }
        self.hosts = counts[most.kind] ?? 0
        name = most.failure.map { "\($0.reason) (\($0.phase))" } ?? most.kind.state.rawValue
        hint = most.failure?.hint ?? ""
    }
}
