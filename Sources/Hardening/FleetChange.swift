/// What changed in the inventory between two sweeps.
package struct FleetChange: Sendable, Equatable {
    package var addedClusters: [String] = []
    package var removedClusters: [String] = []
    /// Another name for a cluster: most hosts of either are hosts of the other.
    package var renamedClusters: [Rename] = []
    /// The version that is stated for a cluster of both sides.
    package var versions: [StatedChange] = []
    /// The distribution that is stated for a cluster of both sides.
    package var distributions: [StatedChange] = []
    /// Labels of a cluster of both sides.
    package var labels: [LabelChange] = []
    package var addedHosts: [HostPlace] = []
    package var removedHosts: [HostPlace] = []
    /// Hosts in another cluster, under another name or both.
    package var movedHosts: [Move] = []
    /// Hosts at another address.
    package var readdressedHosts: [Readdress] = []

    package struct Rename: Sendable, Equatable {
        package let from: String
        package let to: String
    }

    package struct StatedChange: Sendable, Equatable {
        package let cluster: String
        package let from: String?
        package let to: String?
    }

    package struct LabelChange: Sendable, Equatable {
        package let cluster: String
        package let label: String
        package let from: String?
        package let to: String?
    }

    package struct Move: Sendable, Equatable {
        package let from: HostPlace
        package let to: HostPlace
    }

    package struct Readdress: Sendable, Equatable {
        package let place: HostPlace
        package let from: String
        package let to: String
        /// By the host keys; nil where they do not tell.
        package let isOtherMachine: Bool?
    }

    package var isEmpty: Bool { self == FleetChange() }
}
