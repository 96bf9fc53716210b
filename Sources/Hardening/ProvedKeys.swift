/// The host keys that the hosts of a sweep proved to hold, as far as they tell machines apart.
package struct ProvedKeys: Sendable {
    private let keys: [HostPlace: String]
    /// Keys of several hosts: copies of one machine hold the same.
    private let shared: Set<String>

    /// - Parameters:
    ///   - keys: of the hosts that may be asked for.
    ///   - shared: those that more than one host of the sweep showed.
    package init(_ keys: [HostPlace: String], shared: Set<String>) {
        self.keys = keys
        self.shared = shared
    }

    /// - Parameter keys: of all hosts.
    package init(_ keys: [HostPlace: String]) {
        var seen: Set<String> = []
        self.init(keys, shared: Set(keys.values.filter { !seen.insert($0).inserted }))
    }

    /// Nil where the host was not seen, or where its key tells nothing.
    package func proof(of place: HostPlace) -> String? { proof(keys[place]) }

    /// The key, unless it tells nothing.
    package func proof(_ key: String?) -> String? { key.flatMap { shared.contains($0) ? nil : $0 } }
}
