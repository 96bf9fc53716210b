/// What changed in the inventory between two sweeps.
package struct FleetChange: Sendable, Equatable {
    package var addedClusters: [String] = []
    package var removedClusters: [String] = []
    /// Another name for the same addresses.
    package var renamedClusters: [Rename] = []
    /// The version that is stated for a cluster of both sides.
    package var versions: [VersionChange] = []
    /// Labels of a cluster of both sides.
    package var labels: [LabelChange] = []
    package var addedHosts: [HostPlace] = []
    package var removedHosts: [HostPlace] = []
    /// Hosts in another cluster, under another name or both.
    package var movedHosts: [Move] = []
    /// Hosts with their name, at another address.
    package var readdressedHosts: [Readdress] = []

    package struct Rename: Sendable, Equatable {
        package let from: String
        package let to: String
    }

    package struct VersionChange: Sendable, Equatable {
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
    }

    package var isEmpty: Bool { self == FleetChange() }
}

/// Which host of the older fleet is which of the newer one.
struct FleetMatch {
    var change = FleetChange()
    /// Hosts of both fleets.
    var pairs: [(older: HostPlace, newer: HostPlace)] = []

    /// - Parameters:
    ///   - olderKeys: the host keys that were proved, for hosts that changed both name and address.
    init(
        _ older: FleetRecord, _ newer: FleetRecord, olderKeys: [HostPlace: String], newerKeys: [HostPlace: String]
    ) {
        let before = older.places
        let after = newer.places
        var gone: [HostPlace] = []
        var fresh = Set(after.keys)
        for place in before.keys.sorted() {
            guard let address = after[place] else {
                gone.append(place)
                continue
            }
            fresh.remove(place)
            pairs.append((place, place))
            if let was = before[place], was != address {
                change.readdressedHosts.append(FleetChange.Readdress(place: place, from: was, to: address))
            }
        }
        let addresses = Self.unique(fresh.map { (after[$0] ?? "", $0) })
        let keys = Self.unique(fresh.compactMap { place in newerKeys[place].map { ($0, place) } })
        let goneAddresses = Self.unique(gone.map { (before[$0] ?? "", $0) })
        let goneKeys = Self.unique(gone.compactMap { place in olderKeys[place].map { ($0, place) } })
        for place in gone {
            let address = before[place] ?? ""
            var to = goneAddresses[address] == place ? addresses[address] : nil
            if to == nil, let key = olderKeys[place], goneKeys[key] == place { to = keys[key] }
            if let to, fresh.remove(to) != nil {
                pairs.append((place, to))
                change.movedHosts.append(FleetChange.Move(from: place, to: to))
            } else {
                change.removedHosts.append(place)
            }
        }
        change.addedHosts = fresh.sorted()
        pairs.sort { $0.newer < $1.newer }
        compareClusters(older, newer)
    }

    private mutating func compareClusters(_ older: FleetRecord, _ newer: FleetRecord) {
        let before = Dictionary(older.clusters.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(newer.clusters.map { ($0.name, $0) }) { first, _ in first }
        var fresh = Set(after.keys).subtracting(before.keys)
        for name in Set(before.keys).subtracting(after.keys).sorted() {
            let addresses = before[name].map { Set($0.hosts.map(\.address)) } ?? []
            let same = fresh.sorted().first { Set(after[$0]?.hosts.map(\.address) ?? []) == addresses }
            if let same, !addresses.isEmpty {
                fresh.remove(same)
                change.renamedClusters.append(FleetChange.Rename(from: name, to: same))
            } else {
                change.removedClusters.append(name)
            }
        }
        change.addedClusters = fresh.sorted()
        let renamed = change.renamedClusters.map { ($0.from, $0.to) }
        let both = Set(before.keys).intersection(after.keys).sorted().map { ($0, $0) }
        for (from, to) in both + renamed {
            guard let old = before[from], let new = after[to] else { continue }
            if old.kubernetesVersion != new.kubernetesVersion {
                change.versions.append(
                    FleetChange.VersionChange(cluster: to, from: old.kubernetesVersion, to: new.kubernetesVersion))
            }
            for label in Set(old.labels.keys).union(new.labels.keys).sorted()
            where old.labels[label] != new.labels[label] {
                change.labels.append(
                    FleetChange.LabelChange(
                        cluster: to, label: label, from: old.labels[label], to: new.labels[label]))
            }
        }
    }

    /// What stands once only.
    private static func unique(_ list: [(String, HostPlace)]) -> [String: HostPlace] {
        Dictionary(grouping: list, by: \.0).compactMapValues { $0.count == 1 ? $0[0].1 : nil }
    }
}

extension FleetRecord {
    /// Every host's address.
    fileprivate var places: [HostPlace: String] {
        var places: [HostPlace: String] = [:]
        for cluster in clusters {
            for host in cluster.hosts { places[HostPlace(cluster: cluster.name, host: host.name)] = host.address }
        }
        return places
    }
}
