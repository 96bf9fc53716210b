package import ProcessTable

/// A flag in which masters of one cluster disagree.
package struct FlagDrift: Sendable, Equatable {
    package let component: Component
    package let flag: String
    /// Every value with its hosts; the most common first, then no value, then by value. A nil value is a flag that is
    /// not set, which is not the same as one set to nothing.
    package let values: [Side]

    package struct Side: Sendable, Equatable {
        package let value: String?
        package let hosts: [String]
    }

    /// Compares the hosts' processes component by component. A host that was not seen, or whose component was not,
    /// takes no side. Where a host runs several of one component, each is compared.
    static func between(_ hosts: [HostRecord]) -> [FlagDrift] {
        Component.allCases.flatMap { component in
            let masters: [(host: String, flags: [FlagValues])] = hosts.flatMap { host in
                host.flags(of: component).map { (host.name, $0) }
            }
            return masters.count > 1 ? drift(of: component, masters) : []
        }
    }

    private static func drift(_ component: Component, _ flag: String, _ sides: [String?: [String]]) -> FlagDrift? {
        // Two servers on one host may be two clusters' (kind): a host alone disagrees with nobody.
        guard sides.count > 1, Set(sides.values.joined()).count > 1 else { return nil }
        let values = sides.map { Side(value: $0.key, hosts: $0.value) }
            .sorted {
                if $0.hosts.count != $1.hosts.count { return $0.hosts.count > $1.hosts.count }
                guard let left = $0.value, let right = $1.value else { return $0.value == nil && $1.value != nil }
                return left < right
            }
        return FlagDrift(component: component, flag: flag, values: values)
    }

    private static func drift(of component: Component, _ masters: [(host: String, flags: [FlagValues])]) -> [FlagDrift]
    {
        let names = contestedNames(masters.map(\.flags))
        guard !names.isEmpty else { return [] }
        let tables = masters.map { master in
            (master.host, Dictionary(uniqueKeysWithValues: master.flags.map { ($0.name, $0.value) }))
        }
        return names.sorted().compactMap { name in
            var sides: [String?: [String]] = [:]
            for (host, table) in tables where sides[table[name]]?.last != host {
                sides[table[name], default: []].append(host)
            }
            return drift(component, name, sides)
        }
    }

    /// Flags that need a closer look. Most masters have the same flags in the same order, and few or none that differ.
    private static func contestedNames(_ lines: [[FlagValues]]) -> Set<String> {
        let first = lines[0]
        guard lines.dropFirst().allSatisfy({ $0.elementsEqual(first) { $0.name == $1.name } }) else {
            return Set(lines.joined().lazy.filter { !$0.isPerHost }.map(\.name))
        }
        return Set(
            first.indices.lazy
                .filter { flag in !first[flag].isPerHost && lines.contains { $0[flag].value != first[flag].value } }
                .map { first[$0].name })
    }
}

extension HostRecord {
    /// The flags of each process of a component, as far as they are known.
    func flags(of component: Component) -> [[FlagValues]] {
        processes.compactMap { $0.component == component ? $0.flags : nil }
    }
}
