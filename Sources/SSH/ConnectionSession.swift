/// From the version line to the end of the output: the phases of the libssh2 session.
extension Connection {
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
        let streams = streams(intake)
        session = Session(
            // Behind a tunnel the callbacks serve; the library only asks whether the descriptor blocks.
            descriptor: transport.tunnel == nil ? transport.descriptor : around.inbox.wakeup, streams: streams,
            algorithms: algorithms, clientBanner: around.clientBanner)
        guard session != nil else { return fail(.outOfMemory, "no libssh2 session can be made") }
        state = .exchanging
        return watch(.input) ?? drive(now: now)
    }

    var hostKeyCheck: HostKeyCheck {
        // As ssh is told for bastions: what everything goes through is never trusted on first use.
        HostKeyCheck(
            target: target, known: job.known, policy: pool == nil ? around.policy : .strict, firstUse: around.firstUse)
    }

    /// Runs the session's states until one has to wait or the connection is over.
    func drive(now: Instant) -> Next {
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
                    session.streams.isSignedIn = true
                    if pool != nil { return carry(session, now: now) }
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
                    transport.unwatch()
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
            case .pausing, .resolving, .proxying, .tunnelling, .connecting, .awaitingBanner, .parked, .heldBack,
                .carrying, .finished:
                return .wait
            }

            switch progress {
            case .done: continue
            case .wait:
                intake.flush()
                if let end = intake.ended { return lost(end) }
                return waitFor(session)
            case .failed(let failure): return failed(failure, intake)
            }
        }
    }

    /// Goes on with what `heldBack` was said of; `isExempt` lets it end whatever the bound.
    func readOn(isExempt: Bool, now: Instant) -> Next {
        guard case .heldBack = state else { return .wait }
        clock.resume(now: now)
        isExemptFromBound = isExempt
        state = .reading
        transport.tunnel?.beginTurn()
        intake?.beginTurn()
        return drive(now: now)
    }

    /// True while the agent's answer is to be waited for. The socket leaves epoll until then: libssh2 does not read, so
    /// whatever the server says in the meantime would wake the lane again and again.
    func askAgent(_ request: SignRequest, now: Instant) -> Bool {
        if request.isWaiting { return true }
        let (inbox, token) = (around.inbox, token)
        let isAsked = request.askAgent(
            begins: { inbox.post(.signing(token)) }, completion: { inbox.post(.signed(token, $0)) })
        guard isAsked else { return false }
        // Others may be in line before it, which is no fault of the host.
        clock.stop(now: now)
        transport.unwatch()
        return true
    }

    /// The agent has been asked, and may ask a person: a time of its own.
    func signing(now: Instant) -> Next {
        guard case .authenticating(let offer) = state, offer.request.isWaiting else { return .wait }
        clock.resume(now: now)
        clock.renew(limit: limits.authentication.clampedNanoseconds, now: now)
        return .wait
    }

    /// The agent has answered.
    func signed(_ answer: Result<[UInt8], AgentError>, now: Instant) -> Next {
        guard case .authenticating(let offer) = state, offer.request.isWaiting else { return .wait }
        offer.request.take(answer)
        clock.resume(now: now)
        clock.renew(limit: limits.authentication.clampedNanoseconds, now: now)
        intake?.beginTurn()
        return drive(now: now)
    }

    func checkHostKey(_ session: Session) -> Next? {
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
    func offerNextKey() -> Next? {
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

    func succeed(
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
}
