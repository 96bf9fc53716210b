package import ProcessTable

/// A host of both sweeps that was seen in one of them only. That is the cause: more or less was seen.
package struct SightChange: Sendable, Equatable {
    package let place: HostPlace
    package let older: HostState?
    package let newer: HostState?
    /// Of the side on which it was not seen.
    package let failure: HostFailure?
    /// When the sweep began by which it is compared, RFC 3339, UTC: of a host that is back, the last that had seen it. Nil
    /// where none had.
    package let lastSeen: String?
    package let attribution = Attribution(.coverage)

    /// Seen now, and not before; otherwise it is the other way round.
    package var isBack: Bool { newer?.isSeen ?? false }
}

/// A host that proved to hold another key than before.
package struct HostKeyChange: Sendable, Equatable {
    package let place: HostPlace
    package let from: String
    package let to: String
    package let attribution: Attribution
}

/// A flag that is not as it was, whether a check looks at it or not.
package struct FlagChange: Sendable, Equatable {
    package let place: HostPlace
    package let component: Component
    package let flag: String
    /// Nil where it was not on the line.
    package let from: String?
    /// Nil where it is not on the line any more.
    package let to: String?
    package let attribution: Attribution
}

/// A component's process that came or went on a host that was seen both times, or that was not seen because the listing
/// did not show all of them.
package struct ProcessChange: Sendable, Equatable {
    package let place: HostPlace
    package let component: Component
    package let isThere: Bool
    package let attribution: Attribution
}

/// A flag on which a cluster's masters began or ceased to disagree.
package struct DriftChange: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case appeared
        case healed
        /// Not seen any more because the flags of a host that disagreed were not seen.
        case unseen
    }

    package let kind: Kind
    package let cluster: String
    /// Of the newer side, or of the older where it is over.
    package let drift: FlagDrift
    package let attribution: Attribution
}

extension HostState {
    /// Whether the listing says something of the host's components, be it that there are none.
    package var isSeen: Bool {
        switch self {
        case .evaluated, .noControlPlane: true
        case .hidden, .incomplete, .unreadable, .unreachable, .abandoned: false
        }
    }
}

extension HostRecord {
    /// Whether a process that its listing does not show is not there.
    var showsEveryProcess: Bool {
        guard let evidence, evidence.wholeness.isWhole, let shown = try? evidence.document.evidence() else {
            return false
        }
        return !shown.isHidden
    }

    /// Whether a component of which it shows no process, or another process, runs no other one there.
    func knowsAbsence(of component: Component) -> Bool {
        !presence.unseen.contains(component) && showsEveryProcess
    }

    /// Whether it shows processes of a component, or that there are none.
    package func shows(_ component: Component) -> Bool {
        processes.contains { $0.component == component } || knowsAbsence(of: component)
    }

    /// The same with what another record shows of the components that this one does not show.
    func completed(by other: HostRecord) -> HostRecord {
        var record = self
        record.processes += other.processes.filter { !shows($0.component) }
        return record
    }
}
