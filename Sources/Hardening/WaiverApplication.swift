/// A list of waivers at one moment, laid over findings.
struct WaiverApplication: Sendable {
    let list: WaiverList
    /// By the waivers' positions.
    private let states: [FindingWaiver]

    init(_ list: WaiverList, at moment: String) {
        self.list = list
        let now = Moment(rfc3339: moment)
        states = list.waivers.map { waiver in
            if let now, now < waiver.end { return .active(waiver) }
            return .expired(waiver)
        }
    }

    /// The part of the list that holds in a cluster at all.
    func `in`(cluster: String, labels: [String: String]) -> ClusterWaivers {
        var byCheck: [String: [Int]] = [:]
        for (check, positions) in list.byCheck {
            let held = positions.filter { list.waivers[$0].scope.covers(cluster: cluster, labels: labels) }
            // Those in force first, so that the first that covers a finding is the one that counts.
            let ordered = held.filter { !states[$0].isExpired } + held.filter { states[$0].isExpired }
            if !ordered.isEmpty { byCheck[check] = ordered }
        }
        return ClusterWaivers(list: list, states: states, byCheck: byCheck)
    }
}

/// Waivers at one moment, as far as they hold in one cluster.
package struct ClusterWaivers: Sendable {
    let list: WaiverList
    let states: [FindingWaiver]
    /// Positions by check: those in force, then those expired, each in the file's order.
    let byCheck: [String: [Int]]

    func waiver(over finding: Finding, host: String, address: String) -> FindingWaiver? {
        guard finding.verdict == .fail, let candidates = byCheck[finding.check] else { return nil }
        let first = candidates.first { position in
            let waiver = list.waivers[position]
            return waiver.takes(finding) && waiver.scope.covers(host: host, address: address)
        }
        return first.map { states[$0] }
    }

    /// Whether any finding's waiver has changed.
    func apply(to processes: inout [ProcessRecord], host: String, address: String) -> Bool {
        var hasChanged = false
        for process in processes.indices {
            for finding in processes[process].findings.indices {
                let old = processes[process].findings[finding].waiver
                let new = waiver(over: processes[process].findings[finding], host: host, address: address)
                if old == nil, new == nil { continue }
                processes[process].findings[finding].waiver = new
                hasChanged = true
            }
        }
        return hasChanged
    }
}

extension ClusterRecord {
    /// The same record with these waivers over its failures and no others. Verdicts stay what they are.
    ///
    /// - Parameter moment: RFC 3339; decides which of them are in force.
    package func applying(_ waivers: WaiverList, at moment: String) -> ClusterRecord {
        applying(WaiverApplication(waivers, at: moment))
    }

    fileprivate func applying(_ application: WaiverApplication) -> ClusterRecord {
        let waivers = application.in(cluster: name, labels: labels)
        var hosts = hosts
        var hasChanged = false
        for host in hosts.indices {
            let (name, address) = (hosts[host].name, hosts[host].address)
            if waivers.apply(to: &hosts[host].processes, host: name, address: address) { hasChanged = true }
        }
        return hasChanged ? ClusterRecord(self, hosts: hosts) : self
    }
}

extension WaiverList {
    /// Those that hold where there is no cluster, for saved listings.
    ///
    /// - Parameter moment: RFC 3339; decides which of them are in force.
    package func forListings(at moment: String) -> ClusterWaivers {
        WaiverApplication(self, at: moment).in(cluster: "", labels: [:])
    }
}

extension SweepRecord {
    /// The same record with these waivers over its failures and no others, and with what became of each waiver.
    ///
    /// - Parameters:
    ///   - moment: RFC 3339; decides which of them are in force.
    ///   - places: the inventory's hosts, where the sweep is of a part of them.
    package func applying(
        _ waivers: WaiverList, at moment: String, places: [WaiverPlace] = []
    ) -> SweepRecord {
        let application = WaiverApplication(waivers, at: moment)
        var record = self
        record.clusters = clusters.map { $0.applying(application) }
        // Every cluster answers the policy's checks.
        let asked = clusters.first.map { Set($0.checks.map(\.check)) }
        var tally = WaiverTally(waivers, at: moment, asked: asked)
        for cluster in record.clusters { tally.add(cluster) }
        for place in places { tally.add(place) }
        record.waivers = tally.uses
        return record
    }
}

extension FileRecord {
    /// The same record with these waivers over its failures and no others. The file's name is the host.
    package func applying(_ waivers: ClusterWaivers) -> FileRecord {
        var record = self
        _ = waivers.apply(to: &record.processes, host: name, address: "")
        return record
    }
}
