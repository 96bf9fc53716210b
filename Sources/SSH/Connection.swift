import CLinux
import Glibc

/// One target on its way, from name to output: an explicit state machine, stepped by its lane whenever its socket is
/// ready or its deadline passed. It holds the socket and the session, and gives exactly one outcome.
///
/// "Not ready" is a state: the same call is made again with the same arguments on the next step.
final class Connection {
    let job: Job
    let around: Surroundings
    var state = State.resolving
    var clock: PhaseClock
    var dialer: Dialer
    var socket: WatchedSocket
    var intake: Intake?
    var offered: Algorithms?
    var session: Session?
    let token: SlotToken
    var keys: KeyOffers
    var identity: Identity?
    var output: OutputReader
    var hostKey: HostKey?
    var hostKeyIsNew = false
    /// The program at the other end of the socket, where the route is not direct.
    var link: ProxyLink?

    var target: SSHTarget { job.target }
    var limits: SSHLimits { around.limits }
    var place: String {
        guard target.route != .direct else { return dialer.place }
        let address = PeerText.printable(target.address.utf8)
        return address.contains(":") ? "[\(address)]:\(target.port)" : "\(address):\(target.port)"
    }

    init(job: Job, token: SlotToken, around: Surroundings, now: Instant) {
        self.job = job
        self.around = around
        self.token = token
        socket = WatchedSocket(poller: around.inbox.poller, token: token)
        clock = PhaseClock(hostLimit: min(around.limits.host, job.target.timeLimit ?? around.limits.host), now: now)
        dialer = Dialer(addresses: [], port: job.target.port)
        keys = KeyOffers(job.target.identities)
        output = OutputReader(limits: around.limits)
    }

    var deadline: Instant { clock.deadline }

    var gate: Gate { state.gate }

    /// Starts with the address where it is a literal; otherwise the lane asks the resolver and calls `resolved`.
    func begin(now: Instant) -> Next {
        if let problem = target.problem { return fail(.targetInvalid, problem) }
        do throws(SSHFailure) {
            offered = try hostKeyCheck.algorithms(around.algorithms)
        } catch {
            return fail(error)
        }
        guard target.route == .direct else {
            clock.enter(.proxy, limit: limits.proxy, now: now)
            state = .proxying
            return .wait
        }
        clock.enter(.resolve, limit: limits.resolve, now: now)
        if let literal = SocketAddress(literal: target.address, port: target.port) {
            return resolved(.success([literal]), now: now)
        }
        return .wait
    }

    /// The name to look up; nil where there is nothing to ask.
    var nameToResolve: String? {
        if case .resolving = state { return target.address }
        return nil
    }

    var needsProxy: Bool {
        if case .proxying = state { return true }
        return false
    }

    /// The socket is ready, or `again` was asked for.
    func step(now: Instant) -> Next {
        intake?.beginTurn()
        return switch state {
        case .resolving, .proxying, .parked, .finished: .wait
        case .connecting: finishConnecting(now: now)
        case .awaitingBanner: readBanner(now: now)
        case .exchanging, .authenticating, .askingMethods, .opening, .starting, .reading, .closing: drive(now: now)
        }
    }

    func finish(_ result: Result<CommandOutput, SSHFailure>) -> Next {
        tearDown()
        state = .finished
        return .finished(
            SSHOutcome(
                id: target.id, result: result, hostKey: hostKey, hostKeyIsNew: hostKeyIsNew,
                identity: identity, peerAddress: dialer.address, serverBanner: intake?.serverBanner,
                times: clock.finish(now: MonotonicTime.now)))
    }

    /// Shut down, free, leave epoll, close: in this order freeing never waits for the peer.
    func tearDown() {
        if let session {
            if case .exchanging = state {} else if intake?.ended == nil { session.disconnect() }
            socket.shutDown()
            session.free()
            self.session = nil
        }
        socket.close()
        if let link { around.proxies.end(link) }
        link = nil
    }

    /// Nil, or the end where epoll has no room.
    func watch(_ wanted: Poller.Interest) -> Next? {
        socket.watch(wanted) ? nil : fail(connectFailure(errno))
    }
}
