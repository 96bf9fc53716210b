/// What one lane's hosts take up, against its part of the limits.
struct Gates {
    private let limits: SSHLimits
    private let descriptors: Int
    private var connecting = 0
    private var exchanging = 0
    private var connected = 0
    private var held = 0

    /// - Parameters:
    ///   - limits: this lane's part of them.
    ///   - descriptors: likewise.
    init(_ limits: SSHLimits, descriptors: Int) {
        self.limits = limits
        self.descriptors = descriptors
    }

    mutating func change(from old: Connection.Gate, to new: Connection.Gate) {
        add(-1, to: old)
        add(1, to: new)
    }

    private mutating func add(_ change: Int, to gate: Connection.Gate) {
        switch gate {
        case .none: break
        case .connecting: connecting += change
        case .exchanging:
            exchanging += change
            connected += change
        case .connected: connected += change
        }
    }

    mutating func begins(taking descriptors: Int) { held += descriptors }
    mutating func ended(taking descriptors: Int) { held -= descriptors }

    var mayExchange: Bool { exchanging < limits.handshaking && connected < limits.connected }

    /// A host is let in where another one would find no place only if it is the lane's only one, or takes no
    /// descriptor.
    func mayStart(taking wanted: Int) -> Bool {
        connecting < limits.connecting && (held == 0 || wanted == 0 || held + wanted <= descriptors)
    }
}

extension SSHTarget {
    /// A socket; with a program at its other end also what that one says.
    var descriptors: Int { route == .direct ? 1 : 2 }
}
