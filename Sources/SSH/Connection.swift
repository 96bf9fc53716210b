import CLinux
import Glibc

/// One target on its way, from name to output: an explicit state machine, stepped by its lane whenever its socket is
/// ready or its deadline passed. It holds the socket and the session, and gives exactly one outcome.
///
/// "Not ready" is a state: the same call is made again with the same arguments on the next step.
final class Connection {
    let job: Job
    private let around: Surroundings
    private var state = State.resolving
    private var clock: PhaseClock
    private var dialer: Dialer
    private var socket: WatchedSocket
    private var intake: Intake?
    private var offered: Algorithms?
    private var session: Session?
    private let token: SlotToken
    private var keys: KeyOffers
    private var identity: Identity?
    private var output: OutputReader
    /// What `output` holds, within the engine's bound.
    private let hold: OutputHold
    private var isExemptFromBound = false
    private var hostKey: HostKey?
    private var hostKeyIsNew = false
    /// The program at the other end of the socket, where the route is not direct.
    private var link: ProxyLink?

    private var target: SSHTarget { job.target }
    private var limits: SSHLimits { around.limits }
    private var place: String {
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
        hold = OutputHold(around.budget)
    }

    var deadline: Instant { clock.deadline }

    var gate: Gate { state.gate }

    var hasSocket: Bool { socket.descriptor >= 0 }

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

    /// The way through a bastion or proxy command is open, as far as can be told before the host speaks.
    func proxied(_ answer: Proxies.Answer, now: Instant) -> Next {
        switch answer {
        case .failure(let failure): return failure.reason.isShortage ? lacking(failure) : fail(failure)
        case .success(let link):
            self.link = link
            socket.adopt(link.descriptor)
            intake = Intake(descriptor: link.descriptor)
            state = .awaitingBanner
            return watch(.input) ?? .wait
        }
    }

    func resolved(_ answer: Resolver.Answer, now: Instant) -> Next {
        guard case .resolving = state else { return .wait }
        switch answer {
        case .failure(let error):
            let detail = "\(PeerText.printable(target.address.utf8)): \(error.text)"
            if error.isShortage { return lacking(failure(.descriptorsExhausted, detail)) }
            return fail(error.isAbsent ? .nameNotFound : .nameServiceFailed, detail)
        case .success(let addresses):
            dialer = Dialer(addresses: addresses.filter(target.addressFamily.accepts), port: target.port)
            clock.enter(.connect, limit: connectLimit, now: now)
            state = .connecting
            return connect(now: now, last: timedOut(now: now))
        }
    }

    /// Tries the next addresses. One that is not the last gets its share of the limit only.
    private func connect(now: Instant, last: SSHFailure) -> Next {
        socket.close()
        var last = last
        while true {
            let left = clock.left(of: connectLimit, now: now)
            let share = left / UInt64(max(1, dialer.count))
            guard share > 0, let attempt = dialer.next() else { return fail(last) }
            switch attempt {
            case .failed(let code):
                last = connectFailure(code)
                if last.reason.isShortage { return lacking(last) }
            case .started(let descriptor):
                socket.adopt(descriptor)
                clock.renew(limit: share, now: now)
                // Also where it succeeded at once: the next step finds it writable.
                return watch(.output) ?? .wait
            }
        }
    }

    private func lacking(_ failure: SSHFailure) -> Next {
        tearDown()
        state = .finished
        return .shortage(failure)
    }

    private var connectLimit: Duration { target.connectLimit ?? limits.connect }

    private func connectFailure(_ code: Int32) -> SSHFailure {
        failure(dialer.reason(for: code), "\(place): \(Errno.text(code))")
    }

    /// The socket is ready, or `again` was asked for.
    func step(now: Instant) -> Next {
        intake?.beginTurn()
        return switch state {
        case .resolving, .proxying, .parked, .heldBack, .finished: .wait
        case .connecting: finishConnecting(now: now)
        case .awaitingBanner: readBanner(now: now)
        case .exchanging, .authenticating, .askingMethods, .opening, .starting, .reading, .closing: drive(now: now)
        }
    }

    private func finishConnecting(now: Instant) -> Next {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        // A reset is no refusal: the server accepted and then dropped the connection.
        let wasDropped = code == ECONNRESET || code == EPIPE
        guard code == 0 || wasDropped else { return connect(now: now, last: connectFailure(code)) }
        clock.enter(.handshake, limit: limits.handshake, now: now)
        guard !wasDropped else { return closedBeforeBanner(.failed(ECONNRESET), said: []) }
        intake = Intake(descriptor: socket.descriptor)
        state = .awaitingBanner
        return watch(.input) ?? .wait
    }

    private func readBanner(now: Instant) -> Next {
        guard let intake else { return .wait }
        switch intake.readBanner() {
        case .wait: return .wait
        case .unacceptable(let why):
            if let link { return proxyEnded(link, "led to no SSH server: \(why)", said: []) }
            return fail(.protocolError, "\(place): \(why)")
        case .ended(let end):
            if let link {
                return proxyEnded(link, "\(end.text) before \(place) said anything", said: intake.preBannerText)
            }
            return closedBeforeBanner(end, said: intake.preBannerText)
        case .complete:
            if link != nil {
                around.proxies.note(target.route, bastionFailed: false)
                clock.enter(.handshake, limit: limits.handshake, now: now)
            }
            state = .parked
            return .needsExchange
        }
    }

    /// There is no room for the key exchange now: out of epoll, since nobody reads what the server may still say.
    func park(now: Instant) {
        clock.stop(now: now)
        socket.unwatch()
    }

    /// Goes on with what `heldBack` was said of; `isExempt` lets it end whatever the bound.
    func readOn(isExempt: Bool, now: Instant) -> Next {
        guard case .heldBack = state else { return .wait }
        clock.resume(now: now)
        isExemptFromBound = isExempt
        state = .reading
        intake?.beginTurn()
        return drive(now: now)
    }

    private func closedBeforeBanner(_ end: Intake.End, said: [UInt8]) -> Next {
        let what = "\(place) \(end.text) before its version line"
        guard !said.isEmpty else { return fail(.throttled, what) }
        let words = PeerText.printable(said.prefix { $0 != 0x0d && $0 != 0x0a })
        // What sshd says when it sheds load (sshd.c, drop_connection).
        let isSheddingLoad = words.hasPrefix("Not allowed at this time") || words.hasPrefix("Exceeded MaxStartups")
        let isVersionLine = words.hasPrefix("SSH-") || "SSH-".hasPrefix(words)
        let reason: SSHFailureReason = isSheddingLoad ? .throttled : isVersionLine ? .connectionLost : .protocolError
        return fail(reason, "\(what); it said: \(words)")
    }

    /// The proxied way ended before the host's version line: whose fault that is, from what the program and the
    /// bastion said.
    private func proxyEnded(_ link: ProxyLink, _ what: String, said: [UInt8]) -> Next {
        let failure = ProxyFailure(
            route: target.route, what: what, said: said, complaint: link.readComplaint(),
            bastionLog: link.readBastionLog())
        around.proxies.note(target.route, bastionFailed: failure.isBastions)
        return fail(failure.failure)
    }

    /// Makes the session. Not earlier: an aborted handshake costs memory in libssh2 1.10 (libssh2#282, #1404).
    func startExchange(now: Instant) -> Next {
        guard case .parked = state, let intake else { return .wait }
        clock.resume(now: now)
        let algorithms: Algorithms
        do throws(SSHFailure) {
            // Again, since another host of this name may have shown its key in the meantime.
            algorithms = try hostKeyCheck.algorithms(around.algorithms)
        } catch {
            return fail(error)
        }
        offered = algorithms
        session = Session(
            descriptor: socket.descriptor, intake: intake, algorithms: algorithms, clientBanner: around.clientBanner)
        guard session != nil else { return fail(.outOfMemory, "no libssh2 session can be made") }
        state = .exchanging
        return watch(.input) ?? drive(now: now)
    }

    private var hostKeyCheck: HostKeyCheck {
        HostKeyCheck(target: target, known: job.known, policy: around.policy, firstUse: around.firstUse)
    }

    /// Runs the session's states until one has to wait or the connection is over.
    private func drive(now: Instant) -> Next {
        guard let session, let intake else { return .wait }
        while true {
            let progress: Session.Progress
            switch state {
            case .exchanging:
                progress = session.handshake()
                if case .done = progress {
                    if let refused = checkHostKey(session) { return refused }
                    intake.stopRecording()
                    clock.enter(.authenticate, limit: limits.authentication, now: now)
                    if let refused = offerNextKey() { return refused }
                }
            case .authenticating(let offer):
                progress = session.authenticate(user: target.user, offer: offer)
                if case .wait = progress, askAgent(offer.request, now: now) { return .wait }
                if case .done = progress {
                    identity = offer.request.identity
                    guard target.command != nil else { return finish(.success(CommandOutput())) }
                    clock.enter(.execute, limit: limits.execute, now: now)
                    state = .opening
                }
                if case .failed(let failure) = progress, failure.isRefusedKey {
                    keys.refuseCurrent()
                    if let refused = offerNextKey() { return refused }
                    continue
                }
            case .askingMethods:
                let (answer, methods) = session.listMethods(user: target.user)
                progress = answer
                if case .wait = progress {} else { return rejected(methods: methods) }
            case .opening:
                progress = session.openChannel()
                if case .done = progress { state = .starting }
            case .starting:
                progress = session.start(command: target.command ?? "")
                if case .done = progress {
                    clock.enter(.read, limit: limits.firstByte, now: now)
                    state = .reading
                }
            case .reading:
                if !isExemptFromBound, around.budget.isFull {
                    // The host is not to blame, so its clock stands still.
                    clock.stop(now: now)
                    socket.unwatch()
                    state = .heldBack
                    return .heldBack
                }
                let hadFirstByte = output.hasFirstByte
                let reading = output.read(session, buffer: around.buffer)
                hold.grow(to: output.stdout.count)
                if output.hasFirstByte, !hadFirstByte {
                    clock.renew(limit: limits.output.clampedNanoseconds, now: now)
                }
                switch reading {
                case .more: return .again
                case .cut: return succeed(session, isCut: true)
                case .empty: progress = .wait
                case .failed(let failure): progress = .failed(failure)
                case .end:
                    clock.enter(.close, limit: limits.close, now: now)
                    state = .closing
                    progress = .done
                }
            case .closing:
                progress = session.waitForClose()
                if case .done = progress { return succeed(session, sawEOF: true, sawClose: true) }
                if case .failed = progress { return succeed(session, sawEOF: true) }
                if intake.ended != nil { return succeed(session, sawEOF: true) }
            case .resolving, .proxying, .connecting, .awaitingBanner, .parked, .heldBack, .finished: return .wait
            }

            switch progress {
            case .done: continue
            case .wait:
                intake.flush()
                if let end = intake.ended { return lost(end) }
                return watch(session.interest) ?? .wait
            case .failed(let failure): return failed(failure, intake)
            }
        }
    }

    /// True while the agent's answer is to be waited for. The socket leaves epoll until then: libssh2 does not read, so
    /// whatever the server says in the meantime would wake the lane again and again.
    private func askAgent(_ request: SignRequest, now: Instant) -> Bool {
        if request.isWaiting { return true }
        let (inbox, token) = (around.inbox, token)
        guard request.askAgent({ inbox.post(.signed(token, $0)) }) else { return false }
        // The agent may have a queue and ask a person: a time of its own.
        clock.renew(limit: limits.authentication.clampedNanoseconds, now: now)
        socket.unwatch()
        return true
    }

    /// The agent has answered.
    func signed(_ answer: Result<[UInt8], AgentError>, now: Instant) -> Next {
        guard case .authenticating(let offer) = state, offer.request.isWaiting else { return .wait }
        offer.request.take(answer)
        clock.renew(limit: limits.authentication.clampedNanoseconds, now: now)
        intake?.beginTurn()
        return drive(now: now)
    }

    private func checkHostKey(_ session: Session) -> Next? {
        guard let blob = session.hostKeyBlob, let key = HostKey(blob: blob) else {
            return fail(
                SSHFailure(phase: .hostKey, reason: .protocolError, detail: "\(place) showed no readable host key"))
        }
        hostKey = key
        switch hostKeyCheck.judge(key) {
        case .known: return nil
        case .new:
            hostKeyIsNew = true
            return nil
        case .refused(let reason, let detail, let hint):
            return fail(SSHFailure(phase: .hostKey, reason: reason, detail: detail, hint: hint))
        }
    }

    /// Where no key is left, asks why they were refused, or gives up.
    private func offerNextKey() -> Next? {
        if keys.advance(serverBanner: intake?.serverBanner), let offer = keys.current {
            state = .authenticating(offer)
            return nil
        }
        if let (identity, failure) = keys.unsigned {
            return fail(.agentFailed, "the server accepts \(identity.text), but \(failure.message)")
        }
        guard keys.anyWasRefused else { return fail(.keyUnusable, keys.unusableText) }
        state = .askingMethods
        return nil
    }

    private func succeed(
        _ session: Session, sawEOF: Bool = false, sawClose: Bool = false, isCut: Bool = false
    ) -> Next {
        let signal = session.exitSignal
        let status = signal == nil ? session.exitStatus : nil
        return finish(
            .success(
                CommandOutput(
                    stdout: output.stdout, stderr: output.stderr, exitStatus: status == 0 && !sawClose ? nil : status,
                    exitSignal: signal, sawEOF: sawEOF, sawClose: sawClose, isCut: isCut)))
    }

    /// The deadline passed; nothing is done where it was moved on since.
    func expire(now: Instant) -> Next {
        guard deadline <= now else { return .wait }
        switch state {
        case .finished: return .wait
        case .connecting where dialer.count > 0 && !clock.hostIsOver(now):
            return connect(now: now, last: timedOut(now: now))
        case .askingMethods: return rejected(methods: nil)
        case .awaitingBanner where link != nil && !clock.hostIsOver(now): return proxyTimedOut(now: now)
        case .closing:
            guard let session else { return .wait }
            return succeed(session, sawEOF: true)
        default: return fail(timedOut(now: now))
        }
    }

    private func timedOut(now: Instant) -> SSHFailure {
        let waited = state.missing(place: place, output: output)
        if case .authenticating(let offer) = state, offer.request.isWaiting {
            return failure(.agentFailed, "\(waited) within \(clock.limitText(now: now))")
        }
        return failure(.timedOut, "\(waited) within \(clock.limitText(now: now))")
    }

    private func proxyTimedOut(now: Instant) -> Next {
        let waited = timedOut(now: now)
        let words = link.map { ProxyComplaint.shown($0.readComplaint()) } ?? ""
        return fail(words.isEmpty ? waited : failure(.timedOut, "\(waited.detail); the proxy said: \(words)"))
    }

    func cancel(reason: String) -> Next {
        if case .finished = state { return .wait }
        return fail(.cancelled, reason)
    }

    private func lost(_ end: Intake.End) -> Next {
        if let mismatch { return fail(mismatch) }
        if case .askingMethods = state { return rejected(methods: nil) }
        if let refused = accountRefused("\(place) \(end.text)") { return refused }
        let bytes = if case .reading = state { " after \(output.stdout.count) bytes of output" } else { "" }
        return fail(.connectionLost, "\(place) \(end.text)\(bytes)\(farewell)")
    }

    /// The connection ended behind the signature: sshd does that where PAM does not let the account in.
    private func accountRefused(_ end: String) -> Next? {
        guard case .authenticating(let offer) = state, offer.request.isSigned else { return nil }
        let user = PeerText.printable(target.user.utf8, limit: 64)
        let said = session?.userauthBanner.map { "; it said: \($0)" } ?? ""
        return fail(
            .accountRefused,
            "\(end) after it had accepted user \(user) with \(offer.request.identity.text)\(said)\(farewell)")
    }

    /// What the server said when it disconnected.
    private var farewell: String { intake?.disconnectText.map { "; it said: \($0)" } ?? "" }

    private func failed(_ failure: Session.Failure, _ intake: Intake) -> Next {
        intake.probeEnd()
        if let end = intake.ended, intake.disconnectText == nil { return lost(end) }
        if intake.ended != nil, let refused = accountRefused("\(place) disconnected") { return refused }
        let words = "\(place): \(failure.message) (libssh2 error \(failure.code))\(farewell)"
        switch state {
        case .exchanging:
            if let mismatch { return fail(mismatch) }
        case .authenticating, .askingMethods:
            // sshd disconnects after MaxAuthTries instead of refusing the last key.
            if intake.disconnectText?.hasPrefix("Too many authentication failures") == true {
                keys.refuseCurrent()
                return rejected(methods: nil)
            }
        case .opening, .starting:
            if failure.isDenied { return fail(.commandRefused, words) }
        default: break
        }
        return fail(failure.reason, words)
    }

    /// The list without a common entry, where the key exchange failed for one.
    private var mismatch: SSHFailure? {
        guard case .exchanging = state, let intake, let offered,
            let offer = KeyExchangeOffer(transcript: intake.transcript),
            let mismatch = offer.mismatch(with: offered)
        else { return nil }
        return mismatch.failure(knowsHost: !job.known.keys.isEmpty)
    }

    private func rejected(methods: String?) -> Next {
        let accepts = methods.map { "; it accepts: \($0)" } ?? ""
        let said = session?.userauthBanner.map { "; it said: \($0)" } ?? ""
        let user = PeerText.printable(target.user.utf8, limit: 64)
        return fail(
            .authenticationRejected,
            "the server refused user \(user) with \(keys.refusedText)\(accepts)\(said)\(farewell)")
    }

    private func failure(_ reason: SSHFailureReason, _ detail: String) -> SSHFailure {
        SSHFailure(phase: clock.phase, reason: reason, detail: detail)
    }

    private func fail(_ reason: SSHFailureReason, _ detail: String) -> Next { fail(failure(reason, detail)) }

    private func fail(_ failure: SSHFailure) -> Next { finish(.failure(failure)) }

    private func finish(_ result: Result<CommandOutput, SSHFailure>) -> Next {
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
    private func tearDown() {
        if let session {
            if case .exchanging = state {
            } else if intake?.ended == nil {
                session.disconnect()
                intake?.flush()
            }
            socket.shutDown()
            session.free()
            self.session = nil
        }
        socket.close()
        if let link { around.proxies.end(link) }
        link = nil
    }

    /// Nil, or the end where epoll has no room.
    private func watch(_ wanted: Poller.Interest) -> Next? {
        socket.watch(wanted) ? nil : fail(connectFailure(errno))
    }
}
