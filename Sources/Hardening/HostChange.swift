package import ProcessTable

/// A host of both sweeps that was seen in one of them only.
package struct SightChange: Sendable, Equatable {
    package let place: HostPlace
    package let older: HostState?
    package let newer: HostState?
    /// Of the side on which it was not seen.
    package let failure: HostFailure?

    /// Seen now, and not before; otherwise it is the other way round.
    package var isBack: Bool { newer?.isSeen ?? false }
}

/// A host that proved to hold another key than before.
package struct HostKeyChange: Sendable, Equatable {
    package let place: HostPlace
    package let from: String
    package let to: String
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
}

/// A component's process that came or went on a host that was seen both times.
package struct ProcessChange: Sendable, Equatable {
    package let place: HostPlace
    package let component: Component
    package let isThere: Bool
}

/// A flag on which a cluster's masters began or ceased to disagree.
package struct DriftChange: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case appeared
        case healed
        /// Not seen any more because hosts that disagreed were not seen.
        case unseen
    }

    package let kind: Kind
    package let cluster: String
    /// Of the newer side, or of the older where it is over.
    package let drift: FlagDrift
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
