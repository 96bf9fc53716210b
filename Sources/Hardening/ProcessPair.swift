import ProcessTable

/// A process and the one that took its place. Their places are among the processes of their component on the host.
struct ProcessPair {
    let component: Component
    let older: Member?
    let newer: Member?

    struct Member {
        let process: ProcessRecord
        let position: Int
    }

    /// Several processes of one component are told apart by their flags: all of them, else those that say where it
    /// listens, and where neither tells by their order.
    static func all(of component: Component, _ older: HostRecord?, _ newer: HostRecord?) -> [ProcessPair] {
        var before = members(of: component, older)
        var after = members(of: component, newer)
        if before.count == 1, after.count == 1 {
            return [ProcessPair(component: component, older: before[0], newer: after[0])]
        }
        var pairs: [ProcessPair] = []
        func pair(where isSame: (Member, Member) -> Bool) {
            for old in before {
                guard let match = after.firstIndex(where: { isSame(old, $0) }) else { continue }
                pairs.append(ProcessPair(component: component, older: old, newer: after.remove(at: match)))
                before.removeAll { $0.position == old.position }
            }
        }
        pair { old, new in old.process.flags.map { $0 == new.process.flags } ?? false }
        pair { old, new in old.process.endpoint.map { $0 == new.process.endpoint } ?? false }
        pair { _, _ in true }
        pairs += before.map { ProcessPair(component: component, older: $0, newer: nil) }
        pairs += after.map { ProcessPair(component: component, older: nil, newer: $0) }
        return pairs.sorted { ($0.newer ?? $0.older).position < ($1.newer ?? $1.older).position }
    }

    private static func members(of component: Component, _ host: HostRecord?) -> [Member] {
        (host?.processes ?? []).filter { $0.component == component }.enumerated()
            .map { Member(process: $1, position: $0) }
    }
}

extension ProcessPair.Member? {
    fileprivate var position: Int { self?.position ?? 0 }
}

extension ProcessRecord {
    /// The flags that say where it listens, or which member it is; nil where there are none.
    fileprivate var endpoint: [FlagValues]? {
        let flags = (flags ?? []).filter { Self.endpointFlags.contains($0.name) }
        return flags.isEmpty ? nil : flags.sorted { $0.name < $1.name }
    }

    private static let endpointFlags: Set<String> = [
        "address", "advertise-address", "advertise-client-urls", "bind-address", "data-dir", "healthz-bind-address",
        "healthz-port", "hostname-override", "initial-advertise-peer-urls", "insecure-bind-address", "insecure-port",
        "listen-client-urls", "listen-peer-urls", "name", "node-ip", "port", "root-dir", "secure-port",
    ]
}
