package import HostInventory

/// Somebody's word that a failure is accepted on some hosts until a day. It lies over a `fail` and over nothing else:
/// what was not seen cannot be accepted.
package struct Waiver: Sendable, Hashable {
    /// Unique within its list.
    package let id: String
    /// The id of the check.
    package let check: String
    package let scope: WaiverScope
    /// The finding's `observed` must be this text, so that another value is a failure again; nil takes any.
    package let value: String?
    package let reason: String
    package let owner: String
    /// As it is written: a day, through whose end in UTC the waiver is in force, or a moment of RFC 3339.
    package let expires: String
    package let ticket: String?
    package let created: String?
    /// The first moment at which it is no longer in force.
    let end: Moment
}

/// Where a waiver holds. All of its parts must be met; without any it holds everywhere.
package struct WaiverScope: Sendable, Hashable {
    /// The cluster's name matches one of them; empty takes any.
    package var clusters: [Glob] = []
    /// The host's name or address, with or without the port, matches one of them; empty takes any.
    package var hosts: [Glob] = []
    /// The cluster has all of them.
    package var labels: [String: String] = [:]

    package func covers(cluster: String, labels present: [String: String]) -> Bool {
        labels.allSatisfy { present[$0.key] == $0.value }
            && (clusters.isEmpty || clusters.contains { $0.matches(cluster) })
    }

    package func covers(host: String, address: String) -> Bool {
        if hosts.isEmpty { return true }
        if hosts.contains(where: { $0.matches(host) || $0.matches(address) }) { return true }
        guard let colon = address.lastIndex(of: ":") else { return false }
        let bare = String(address[..<colon])
        return hosts.contains { $0.matches(bare) }
    }

    func covers(_ place: WaiverPlace) -> Bool {
        covers(cluster: place.cluster, labels: place.labels) && covers(host: place.host, address: place.address)
    }
}

/// A host as waivers see it. A saved listing is a host of its file's name, without cluster, labels and address.
package struct WaiverPlace: Sendable, Hashable {
    package var cluster: String
    package var labels: [String: String]
    package var host: String
    package var address: String

    package init(cluster: String, labels: [String: String], host: String, address: String) {
        self.cluster = cluster
        self.labels = labels
        self.host = host
        self.address = address
    }
}

/// What a list of waivers says of one finding.
package enum WaiverState: Sendable, Equatable {
    case none
    case active(Waiver)
    /// None in force covers it any more, but this one did.
    case expired(Waiver)
}

/// A waiver over a finding. Indirect, so that the findings of a fleet share one copy of it.
package indirect enum FindingWaiver: Sendable, Hashable {
    case active(Waiver)
    case expired(Waiver)

    package var waiver: Waiver {
        switch self {
        case .active(let waiver), .expired(let waiver): waiver
        }
    }

    package var isExpired: Bool { if case .expired = self { true } else { false } }
    package var id: String { waiver.id }
    package var reason: String { waiver.reason }
    package var owner: String { waiver.owner }
    package var expires: String { waiver.expires }
    package var ticket: String? { waiver.ticket }
}
