import CLinux
import Glibc

/// One target on its way, from name to output: an explicit state machine, stepped by its lane whenever its socket is
/// ready or its deadline passed. It holds the transport and the session, and gives exactly one outcome.
///
/// "Not ready" is a state: the same call is made again with the same arguments on the next step.
final class Connection {
    let job: Job
    let around: Surroundings
    var state = State.resolving
    var clock: PhaseClock
    var dialer: Dialer
    var transport: Transport
    var intake: Intake?
    var offered: Algorithms?
    var session: Session?
    let token: SlotToken
    var keys: KeyOffers
    var identity: Identity?
    var output: OutputReader
    /// What `output` holds, within the engine's bound.
    let hold: OutputHold
    var isExemptFromBound = false
    var hostKey: HostKey?
    var hostKeyIsNew = false
    /// The program at the other end of the socket, where the route is not direct.
    var link: ProxyLink?
    /// The bastion's sessions, where this is one of them.
    let pool: TrunkPool?
    /// What a bastion's session still has to send.
    let outlet = TrunkOutlet()
    /// How often a bastion's session ended before it had opened the tunnel.
    var lostTrunks = 0

    var target: SSHTarget { job.target }
    var limits: SSHLimits { around.limits }
    var place: String {
        guard target.route != .direct else { return dialer.place }
        let address = PeerText.printable(target.address.utf8)
        return address.contains(":") ? "[\(address)]:\(target.port)" : "\(address):\(target.port)"
    }

    init(job: Job, token: SlotToken, around: Surroundings, now: Instant, of pool: TrunkPool? = nil) {
        self.job = job
        self.pool = pool
        self.around = around
        self.token = token
        transport = Transport(poller: around.inbox.poller, token: token)
        clock = PhaseClock(hostLimit: min(around.limits.host, job.target.timeLimit ?? around.limits.host), now: now)
        dialer = Dialer(addresses: [], port: job.target.port, firstKept: around.firstKept)
        keys = KeyOffers(job.target.identities)
        output = OutputReader(limits: around.limits)
        hold = OutputHold(around.budget)
    }

    var deadline: Instant { trunk?.deadline ?? clock.deadline }

    /// A bastion's session takes no place of a host: hosts that wait for it hold theirs.
    var gate: Gate { pool == nil ? state.gate : .none }

    var hasSocket: Bool { transport.descriptor >= 0 }

    /// Starts with the address where it is a literal; otherwise it is for the lane to find the way.
    func begin(now: Instant) -> Next {
        if let problem = target.problem { return fail(.targetInvalid, problem) }
        do throws(SSHFailure) {
            offered = try hostKeyCheck.algorithms(around.algorithms)
        } catch {
            return fail(error)
        }
        guard target.route == .direct else {
            let limit = around.proxies.limit(target.route, atMost: limits.proxy.clampedNanoseconds)
            clock.enter(.proxy, limit: .nanoseconds(Int64(clamping: limit)), now: now)
            guard target.bastions.isEmpty else { return seekTunnel(now: now) }
            state = .proxying
            return .needsProxy
        }
        clock.enter(.resolve, limit: limits.resolve, now: now)
        state = .resolving
        if let literal = SocketAddress(literal: target.address, port: target.port) {
            return resolved(.success([literal]), now: now)
        }
        // Other names may be in line before it, which is no fault of the host.
        clock.stop(now: now)
        return .needsName(target.address)
    }

    /// The socket is ready, or `again` was asked for.
    func step(now: Instant) -> Next {
        transport.tunnel?.beginTurn()
        intake?.beginTurn()
        return switch state {
        case .pausing, .resolving, .proxying, .parked, .heldBack, .finished: .wait
        case .tunnelling: continueTunnel(now: now)
        case .carrying(let trunk): arrived(trunk, now: now)
        case .connecting: finishConnecting(now: now)
        case .awaitingBanner: readBanner(now: now)
        case .exchanging, .authenticating, .askingMethods, .opening, .starting, .reading, .closing: drive(now: now)
        }
    }

    func finish(_ result: Result<CommandOutput, SSHFailure>) -> Next {
        if case .carrying(let trunk) = state, case .failure(let failure) = result {
            let name = pool?.name ?? place
            trunk.end(.cutOff("the connection to bastion \(name) was lost (\(failure.detail))"))
        }
        tearDown()
        state = .finished
        let hasOutput = if case .success = result { true } else { false }
        if hasOutput { hold.handOver() }
        return .finished(
            SSHOutcome(
                id: target.id, result: result, hostKey: hostKey, hostKeyIsNew: hostKeyIsNew,
                identity: identity, peerAddress: dialer.address, serverBanner: intake?.serverBanner,
                times: clock.finish(now: MonotonicTime.now), hold: hasOutput ? hold : nil))
    }

    /// Shut down, free, leave epoll, close: in this order freeing never waits for the peer.
    func tearDown() {
        if case .authenticating(let offer) = state { offer.request.drop() }
        if let session {
            if case .exchanging = state {
            } else if intake?.ended == nil {
                session.disconnect()
                intake?.flush()
            }
            outlet.flush(to: transport)
            transport.shutDown()
            session.free()
            self.session = nil
        }
        transport.close()
        if let link { around.proxies.end(link) }
        link = nil
    }

    /// Nil, or the end where epoll has no room.
    func watch(_ wanted: Poller.Interest) -> Next? {
        transport.watch(wanted) ? nil : fail(connectFailure(errno))
    }
}
