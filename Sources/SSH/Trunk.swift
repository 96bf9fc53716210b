/// A session with a bastion that carries tunnels. Its connection steps it; it wakes the connections behind it.
///
/// libssh2 takes in packets for every channel whenever any is read, so that what came for one host may be queued while
/// another is served, and no event tells of it. Hence only `pump` calls libssh2, and it goes over all the tunnels.
final class Trunk {
    private let session: Session
    private let intake: Intake
    private let outlet: TrunkOutlet
    private let wakeups: Wakeups
    /// Its own connection's.
    let token: SlotToken
    private let buffer: UnsafeMutableBufferPointer<CChar>

    private var tunnels: [Tunnel] = []
    /// Asked for, and not answered yet; at most one (see `Session.openTunnel`).
    private var opening: Tunnel?
    private var openingSince: Instant = 0
    private var leftover: [(tunnel: Tunnel, channel: OpaquePointer)] = []
    /// Since when the bastion owes an answer that nobody waits for any more.
    private var owedSince: Instant?
    /// Since when it owes the end of a channel and has said nothing at all.
    private var silentSince: Instant?
    /// What became of an opening is not known, so that its answer may still come.
    private var isSpent = false
    /// What had been received when `silentSince` was looked at.
    private var heard = -1
    /// When the bastion said last what became of a tunnel.
    private(set) var answeredAt: Instant?
    private var isDirty = false
    private var idleSince: Instant = 0
    private var sawSlowness = false
    /// The outlet is full, so that a tunnel may have more to send.
    private(set) var isHeldBack = false

    /// Tunnels at a time. What an arriving packet costs grows with it.
    private static let tunnelLimit = 64
    /// Without a host it is closed after this long.
    private static let idleLimit: UInt64 = 30_000_000_000
    /// An answer that takes longer holds up the hosts behind it: another session is worth its login.
    private static let slowness: UInt64 = 300_000_000
    /// How long the session is kept for the hosts that it still carries while the bastion owes an answer about another.
    private let patience: UInt64
    /// How long the bastion may be silent while it owes the end of a channel, which it can always give.
    private let silence: UInt64

    init(
        _ session: Session, intake: Intake, outlet: TrunkOutlet, token: SlotToken, wakeups: Wakeups,
        buffer: UnsafeMutableBufferPointer<CChar>, limits: SSHLimits, now: Instant
    ) {
        self.session = session
        self.intake = intake
        self.outlet = outlet
        self.token = token
        self.wakeups = wakeups
        self.buffer = buffer
        // A bastion's system gives up a connection that is not answered after 127 s (tcp_syn_retries), and then says so;
        // the hosts that it carried are over by then, but not the sessions of further bastions.
        patience = max(150_000_000_000, limits.host.clampedNanoseconds)
        silence = limits.handshake.clampedNanoseconds
        idleSince = now
    }

    // MARK: For the pool

    var isFull: Bool { tunnels.count + leftover.count >= Self.tunnelLimit }
    var canOpen: Bool { opening == nil && !isRetired && !isFull }

    /// No further tunnel can be opened: libssh2 cannot take back the question that is not answered.
    var isRetired: Bool { isSpent || opening?.isOver == true }

    /// A host behind it would wait longer than for a login.
    func isSlow(_ now: Instant) -> Bool { isFull || (opening != nil && now >= openingSince &+ Self.slowness) }

    func open(to host: String, port: UInt16, for token: SlotToken, now: Instant) -> Tunnel {
        let tunnel = Tunnel(to: host, port: port, for: token, through: self)
        opening = tunnel
        openingSince = now
        sawSlowness = false
        markDirty()
        return tunnel
    }

    /// When there is something to do without an event.
    var deadline: Instant {
        guard !isIdle else { return isRetired ? idleSince : idleSince &+ Self.idleLimit }
        var deadline = min(
            owedSince.map { $0 &+ patience } ?? .max, silentSince.map { $0 &+ silence } ?? .max)
        if opening != nil, !isRetired, !sawSlowness { deadline = min(deadline, openingSince &+ Self.slowness) }
        return deadline
    }

    /// The deadline passed; why the session is of no more use, where it is.
    func expire(_ now: Instant) -> (reason: SSHFailureReason, words: String)? {
        guard now >= deadline else { return nil }
        if isIdle { return (.cancelled, "no host needed the bastion any more") }
        if let silentSince, now >= silentSince &+ silence { return (.timedOut, "the bastion says nothing any more") }
        if let owedSince, now >= owedSince &+ patience {
            return (.timedOut, "the bastion did not say whether it can connect to a host")
        }
        sawSlowness = true
        return nil
    }

    /// It carries nobody, and nobody waits for what it may still say.
    private var isIdle: Bool { tunnels.isEmpty && leftover.isEmpty && opening?.isOver != false }

    /// What is waited for. Nothing while there is no channel, since nothing would read what comes.
    var interest: Poller.Interest {
        var interest: Poller.Interest = tunnels.isEmpty && leftover.isEmpty && opening == nil ? [] : .input
        if !outlet.isEmpty { interest.insert(.output) }
        return interest
    }

    // MARK: For its tunnels

    func noteRoom() { markDirty() }
    func noteLeaving() { markDirty() }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        wakeups.dirty.append(token)
    }

    func release(_ tunnel: Tunnel) {
        if let index = tunnels.firstIndex(where: { $0 === tunnel }) {
            tunnels.remove(at: index)
            if let channel = tunnel.channel { leftover.append((tunnel, channel)) }
        }
        tunnel.become(.closed)
        markDirty()
    }

    // MARK: For its connection

    /// Moves everything that can be moved now; the failure after which the session is of no use.
    func pump(now: Instant) -> Session.Failure? {
        isDirty = false
        session.streams.memory.allow(windows: 1 + tunnels.count(where: \.isBehind))
        var received = -1
        // Until a round in which nothing came: in it no packet was queued behind a tunnel already passed, and a key
        // exchange that had held one up is over or waits for the bastion.
        while received != intake.received {
            received = intake.received
            if let failure = askForTunnel(now) { return failure }
            for tunnel in tunnels where !tunnel.isEnded {
                if let failure = collect(tunnel) { return failure }
            }
            leftover.removeAll { isGone($0.tunnel, $0.channel) }
        }
        for tunnel in tunnels where !tunnel.leaving.isEmpty && !tunnel.isEnded {
            if let channel = tunnel.channel, let failure = send(tunnel, to: channel) { return failure }
        }
        isHeldBack = outlet.isFull
        noteTimes(now)
        return nil
    }

    private func noteTimes(_ now: Instant) {
        if isIdle, idleSince == 0 { idleSince = now }
        if !isIdle { idleSince = 0 }
        owedSince = opening?.isOver == true ? owedSince ?? now : nil
        if leftover.isEmpty {
            silentSince = nil
        } else if silentSince == nil || heard != intake.received {
            silentSince = now
        }
        heard = intake.received
    }

    private func askForTunnel(_ now: Instant) -> Session.Failure? {
        guard let tunnel = opening else { return nil }
        switch session.openTunnel(tunnel.request) {
        case .wait: return nil
        case .open(let channel):
            opening = nil
            answeredAt = now
            guard !tunnel.isOver else {
                leftover.append((tunnel, channel))
                return nil
            }
            tunnel.become(.open(channel))
            tunnels.append(tunnel)
        case .refused(let refusal):
            opening = nil
            answeredAt = now
            if !tunnel.isOver { tunnel.become(.refused(refusal)) }
        case .failed(let failure):
            isSpent = true
            opening = nil
            if !tunnel.isOver { tunnel.become(.failed(failure.message)) }
        }
        wake(tunnel)
        return nil
    }

    private func collect(_ tunnel: Tunnel) -> Session.Failure? {
        guard let channel = tunnel.channel else { return nil }
        while tunnel.hasRoom {
            switch session.read(channel, into: buffer) {
            case .wait:
                tunnel.catchUp()
                return nil
            case .failed(let failure): return failure
            case .bytes(let count):
                tunnel.deliver(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
                wake(tunnel)
            case .end:
                tunnel.finish(.closed)
                wake(tunnel)
                return nil
            }
        }
        tunnel.passOver()
        return nil
    }

    private func send(_ tunnel: Tunnel, to channel: OpaquePointer) -> Session.Failure? {
        while !tunnel.leaving.isEmpty, !outlet.isFull {
            switch session.write(tunnel.leaving, to: channel) {
            case .success(nil): return nil
            case .success(let count?): if tunnel.sent(count) { wake(tunnel) }
            case .failure(let failed): return failed.failure
            }
        }
        return nil
    }

    /// What its host still should hear goes first, as far as the bastion takes it.
    private func isGone(_ tunnel: Tunnel, _ channel: OpaquePointer) -> Bool {
        if !tunnel.isEnded { _ = send(tunnel, to: channel) }
        return session.free(channel)
    }

    private func wake(_ tunnel: Tunnel) {
        if tunnel.wake() { wakeups.woken.append(tunnel.token) }
    }

    /// The session is about to be freed, with all its channels: they must not be touched any more.
    func end(_ end: Intake.End) {
        for tunnel in tunnels + [opening].compactMap({ $0 }) {
            // Nothing is left in libssh2: its end showed when there was nothing more to read.
            tunnel.finish(end)
            if case .opening = tunnel.state { tunnel.become(.failed(end.text)) }
            if tunnel.channel != nil { tunnel.become(.closed) }
            wake(tunnel)
        }
        tunnels = []
        leftover = []
        opening = nil
        isSpent = true
    }
}

/// Whom a lane has to step without an event of their own.
final class Wakeups {
    /// Connections whose tunnel has something for them.
    var woken: [SlotToken] = []
    /// Trunks whose tunnels have something to send or room to receive.
    var dirty: [SlotToken] = []

    var isEmpty: Bool { woken.isEmpty && dirty.isEmpty }
}
