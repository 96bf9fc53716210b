import ProcessTable

/// What became of the disagreements of one cluster's masters.
///
/// What made one come or go is found by comparing the masters again with only some of the changes behind it: those of
/// one cause, of two, and so on.
struct DriftComparison {
    /// Of the newer side.
    let cluster: String
    let older: [HostRecord]
    let newer: [HostRecord]
    /// What each side's masters disagree on.
    let drift: (older: [FlagDrift], newer: [FlagDrift])
    /// The newer names of hosts of the cluster, by their older names there; those that left it have none.
    let names: [String: String]
    /// Why flags and processes of its hosts are not as they were.
    let causes: Causes

    struct Causes {
        private var flags: [Place: ChangeCause] = [:]
        private var processes: [Place: ChangeCause] = [:]

        private struct Place: Hashable {
            let host: HostPlace
            let component: Component
            let flag: String
        }

        init(_ flags: [FlagChange], _ processes: [ProcessChange]) {
            for change in flags {
                self.flags[Place(host: change.place, component: change.component, flag: change.flag)] =
                    change.attribution.causes.first
            }
            for change in processes {
                self.processes[Place(host: change.place, component: change.component, flag: "")] =
                    change.attribution.causes.first
            }
        }

        /// Flags that neither changed nor went with their process were not seen on one of the sides.
        func cause(_ host: HostPlace, _ component: Component, _ flag: String) -> ChangeCause {
            flags[Place(host: host, component: component, flag: flag)]
                ?? processes[Place(host: host, component: component, flag: "")] ?? .coverage
        }
    }

    func changes() -> [DriftChange] {
        let appeared = drift.newer.filter { new in !drift.older.contains { $0.isAbout(new) } }
        let over = drift.older.filter { old in !drift.newer.contains { $0.isAbout(old) } }
        return appeared.map { drift in
            DriftChange(
                kind: .appeared, cluster: cluster, drift: drift, attribution: attribution(of: drift, isThere: true))
        }
            + over.map { drift in
                let isHealed = isSeen(drift)
                return DriftChange(
                    kind: isHealed ? .healed : .unseen, cluster: cluster, drift: drift,
                    attribution: isHealed ? attribution(of: drift, isThere: false) : Attribution(.coverage))
            }
    }

    /// Whether the flags of all hosts that disagreed were seen. One that left the cluster cannot disagree any more.
    private func isSeen(_ drift: FlagDrift) -> Bool {
        let hosts = Dictionary(newer.map { ($0.name, $0) }) { first, _ in first }
        return Set(drift.values.flatMap(\.hosts)).allSatisfy { old in
            guard let name = names[old] else { return true }
            guard let host = hosts[name] else { return false }
            return host.showsFlags(of: drift.component)
        }
    }

    private func attribution(of drift: FlagDrift, isThere: Bool) -> Attribution {
        let masters = masters(drift.component, drift.flag)
        let causes = Set(masters.compactMap(\.cause)).sorted()
        func disagree(_ taken: Int) -> Bool {
            let sides = masters.map { master in
                let isTaken = master.cause.flatMap { causes.firstIndex(of: $0) }.map { taken & 1 << $0 != 0 } ?? false
                return (host: master.name, values: isTaken ? master.newer : master.older)
            }
            let taken = sides.filter { !$0.values.isEmpty }
            return taken.count > 1 && Set(taken.flatMap(\.values)).count > 1
        }
        // The same values were compared otherwise.
        if causes.isEmpty || disagree(0) == isThere { return Attribution(.tool) }
        return Attribution(fewestOf: causes) { disagree($0) == isThere }
    }

    /// A host with its values of a flag on either side, none where they were not seen; nil is a flag that is not set.
    private struct Master {
        let name: String
        let older: [String?]
        let newer: [String?]
        /// Nil where they are the same.
        let cause: ChangeCause?
    }

    private func masters(_ component: Component, _ flag: String) -> [Master] {
        var left = Dictionary(older.map { (names[$0.name] ?? "", $0) }) { first, _ in first }
        let stayed = newer.map { host -> Master in
            let values = host.values(of: flag, component)
            guard let before = left.removeValue(forKey: host.name) else {
                return Master(name: host.name, older: [], newer: values, cause: .inventory)
            }
            let old = before.values(of: flag, component)
            let place = HostPlace(cluster: cluster, host: host.name)
            return Master(
                name: host.name, older: old, newer: values,
                cause: old == values ? nil : causes.cause(place, component, flag))
        }
        let gone = older.filter { names[$0.name] == nil }.map { host in
            Master(name: "was " + host.name, older: host.values(of: flag, component), newer: [], cause: .inventory)
        }
        return stayed + gone
    }
}

extension FlagDrift {
    fileprivate func isAbout(_ other: FlagDrift) -> Bool { component == other.component && flag == other.flag }
}

extension HostRecord {
    fileprivate func values(of flag: String, _ component: Component) -> [String?] {
        flags(of: component).map { line in line.first { $0.name == flag }?.value }
    }

    /// Whether all of a component's flags are known, be it that it does not run there.
    func showsFlags(of component: Component) -> Bool {
        shows(component)
            && processes.allSatisfy { $0.component != component || $0.flags != nil || $0.isLookAlike }
    }
}
