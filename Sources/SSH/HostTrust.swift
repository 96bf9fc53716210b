/// What known_hosts says of a host before it is asked: by the code that judges the key which it will show.
package struct HostTrust: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// A key is known that can be negotiated.
        case known
        /// Only the name without the port is known: its keys may confirm the one that is shown.
        case knownWithoutPort
        /// Keys are known, and the loaded libssh2 can verify none of their types.
        case unsupportedType
        /// Known through `@cert-authority` alone.
        case authorityOnly
        /// Every key that is known of it is marked `@revoked`.
        case revoked
        case unknown
    }

    /// One line that names the host.
    package struct Line: Sendable, Equatable {
        package var type: String
        package var fingerprint: String
        package var file: String
        /// Counted from 1.
        package var line: Int
    }

    /// As it stands in known_hosts, such as `[host]:2222`.
    package var name: String
    package var state: State
    package var lines: [Line]
    package var revoked: [Line]
    /// The host key algorithms that will be offered, best first.
    package var offered: [String]
}

extension SSHTarget {
    /// What known_hosts says of it. The library must have been initialised.
    package var trust: HostTrust {
        let known = knownHosts.keys(for: trustedName, port: trustedPort)
        let check = HostKeyCheck(target: self, known: known, policy: .strict, firstUse: FirstUseKeys())
        let all = SSHLibrary.algorithms ?? Algorithms(keyExchange: [], hostKey: [], cipher: [], mac: [])
        let offered = (try? check.algorithms(all))?.hostKey ?? []
        func isRevoked(_ entry: KnownHostsEntry) -> Bool { known.revoked.contains { $0.key == entry.key } }
        let state: HostTrust.State
        let entries = known.keys.isEmpty ? known.keysOfBareName : known.keys
        if entries.isEmpty ? !known.revoked.isEmpty && !known.hasAuthority : entries.allSatisfy(isRevoked) {
            state = .revoked
        } else if !known.keys.isEmpty {
            state = offered.isEmpty ? .unsupportedType : .known
        } else if !known.keysOfBareName.isEmpty {
            state = .knownWithoutPort
        } else {
            state = known.hasAuthority ? .authorityOnly : .unknown
        }
        return HostTrust(
            name: check.name, state: state, lines: entries.map(HostTrust.Line.init),
            revoked: known.revoked.map(HostTrust.Line.init), offered: offered)
    }
}

extension HostTrust.Line {
    fileprivate init(_ entry: KnownHostsEntry) {
        self.init(type: entry.key.type, fingerprint: entry.key.fingerprint, file: entry.file, line: entry.line)
    }
}
