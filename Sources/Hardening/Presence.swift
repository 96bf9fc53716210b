package import ProcessTable

/// Which of a policy's components a host was seen to run no process of, and which were simply not seen.
package struct Presence: Sendable, Equatable {
    /// The listing is whole and holds no process of these: their checks have nothing to say on this host.
    package var absent: Set<Component>
    /// Neither judged nor known to be absent.
    package var unseen: Set<Component>

    package init(absent: Set<Component> = [], unseen: Set<Component> = []) {
        self.absent = absent
        self.unseen = unseen
    }
}

extension Judge {
    /// What the evidence says of the policy's components. Only a host on which one of them was judged can lack another;
    /// a host that shows none stays unseen altogether. Nothing is absent where
    /// - the listing is not known to be whole,
    /// - a distribution's program stands for components, since it may hold others too (k3s: kubelet and etcd),
    /// - it is kube-apiserver, which every host that is asked about is expected to run,
    /// - it is etcd, and an API server of the host reaches its etcd at the host's own address.
    package func presence(in evidence: HostEvidence) -> Presence {
        let judged = components.intersection(evidence.processes.map(\.component))
        var presence = Presence(unseen: components.subtracting(judged))
        if presence.unseen.isEmpty { return presence }
        let isOpen = evidence.processes.contains { $0.settings != .commandLine }
        guard !judged.isEmpty, !isOpen, !evidence.isHidden, evidence.wholeness.isWhole else { return presence }
        presence.absent = presence.unseen.subtracting([.kubeAPIServer])
        if evidence.processes.contains(where: mayHaveEtcdBeside) { presence.absent.remove(.etcd) }
        presence.unseen.subtract(presence.absent)
        return presence
    }

    private func mayHaveEtcdBeside(_ process: ControlPlaneProcess) -> Bool {
        guard process.component == .kubeAPIServer, let facts = facts[.kubeAPIServer],
            let servers = facts.flag("etcd-servers"), let address = facts.flag("advertise-address")
        else { return false }
        let settings = Settings(process, facts: facts)
        guard case .known(let list) = settings.list(servers, at: facts.releases.upper), !list.mayGoOn,
            !list.elements.isEmpty
        else { return true }
        let own = settings.lastOccurrence(address).flatMap { IPAddress($0.value) }
        return list.elements.map { URLText($0) }.contains { url in
            url.isLoopback || own.map { $0 == IPAddress(url.host) } ?? false
        }
    }
}

extension Policy {
    /// The components that have a check.
    package var components: Set<Component> { Set(checks.compactMap { Component(rawValue: $0.component) }) }

    /// How many checks speak of these components.
    package func checkCount(of components: Set<Component>) -> Int {
        checks.count { check in components.contains { $0.rawValue == check.component } }
    }
}
