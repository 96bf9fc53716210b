/// How a connection ends: what is made of deadlines, lost connections and errors.
extension Connection {
    /// The deadline passed; nothing is done where it was moved on since.
    func expire(now: Instant) -> Next {
        guard deadline <= now else { return .wait }
        switch state {
        case .finished: return .wait
        case .pausing: return begin(now: now)
        case .carrying(let trunk):
            return trunk.expire(now).map { fail($0.reason, $0.words) } ?? .wait
        case .connecting where dialer.count > 0 && !clock.hostIsOver(now):
            return connect(now: now, last: timedOut(now: now))
        case .askingMethods: return rejected(methods: nil)
        case .awaitingBanner where link != nil: return proxyTimedOut(now: now)
        case .closing:
            guard let session else { return .wait }
            return succeed(session, sawEOF: true)
        default: return fail(timedOut(now: now))
        }
    }

    func timedOut(now: Instant) -> SSHFailure {
        let waited = state.missing(place: place, output: output)
        if case .authenticating(let offer) = state, offer.request.isWaiting {
            return failure(.agentFailed, "\(waited) within \(clock.limitText(now: now))")
        }
        return failure(.timedOut, "\(waited) within \(clock.limitText(now: now))")
    }

    func proxyTimedOut(now: Instant) -> Next {
        var failure = timedOut(now: now)
        let words = link.map { ProxyComplaint.shown($0.readComplaint()) } ?? ""
        if !words.isEmpty { failure.detail += "; the proxy said: \(words)" }
        around.proxies.note(target.route, failure, begin: clock.phaseStarted, now: now)
        return fail(failure)
    }

    func cancel(reason: String) -> Next {
        if case .finished = state { return .wait }
        return fail(.cancelled, reason)
    }

    func lost(_ end: Intake.End) -> Next {
        switch end {
        case .cutOff: return cutOff("\(place) \(end.text)\(progressText)")
        case .overdone: return fail(.protocolError, "\(place) \(end.text)\(progressText)")
        case .closed, .failed: if let end = cutOffWithBastion() { return end }
        }
        if let mismatch { return fail(mismatch) }
        if case .askingMethods = state { return rejected(methods: nil) }
        if case .closed = end, let refused = accountRefused("\(place) \(end.text)") { return refused }
        return fail(.connectionLost, "\(place) \(end.text)\(progressText)\(farewell)")
    }

    /// The end, where the way through ssh's connection with a bastion is gone together with that.
    func cutOffWithBastion() -> Next? {
        guard let link, link.isCutOff else { return nil }
        let bastion = PeerText.printable((target.route.gateway ?? "").utf8)
        return cutOff("\(place) was cut off: the connection to bastion \(bastion) was lost\(progressText)")
    }

    /// The bastion's session is over.
    func cutOff(_ detail: String) -> Next {
        var failure = failure(.connectionLost, detail)
        failure.wasCutOff = true
        return fail(failure)
    }

    private var progressText: String {
        if case .reading = state { " after \(output.stdout.count) bytes of output" } else { "" }
    }

    /// The server ended the connection in order, behind the signature: sshd does that where PAM does not let the account
    /// in. A reset may be anybody's.
    func accountRefused(_ end: String) -> Next? {
        guard case .authenticating(let offer) = state, offer.request.isSigned else { return nil }
        let user = PeerText.printable(target.user.utf8, limit: 64)
        let said = session?.userauthBanner.map { "; it said: \($0)" } ?? ""
        return fail(
            .accountRefused,
            "\(end) after it had accepted user \(user) with \(offer.request.identity.text)\(said)\(farewell)")
    }

    /// What the server said when it disconnected.
    var farewell: String { intake?.disconnectText.map { "; it said: \($0)" } ?? "" }

    func failed(_ failure: Session.Failure, _ intake: Intake) -> Next {
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
    var mismatch: SSHFailure? {
        guard case .exchanging = state, let intake, let offered,
            let offer = KeyExchangeOffer(transcript: intake.transcript),
            let mismatch = offer.mismatch(with: offered)
        else { return nil }
        return mismatch.failure(knowsHost: !job.known.keys.isEmpty)
    }

    func rejected(methods: String?) -> Next {
        let accepts = methods.map { "; it accepts: \($0)" } ?? ""
        let said = session?.userauthBanner.map { "; it said: \($0)" } ?? ""
        let user = PeerText.printable(target.user.utf8, limit: 64)
        return fail(
            .authenticationRejected,
            "the server refused user \(user) with \(keys.refusedText)\(accepts)\(said)\(farewell)")
    }

    func failure(_ reason: SSHFailureReason, _ detail: String) -> SSHFailure {
        SSHFailure(phase: clock.phase, reason: reason, detail: detail)
    }

    func fail(_ reason: SSHFailureReason, _ detail: String) -> Next { fail(failure(reason, detail)) }

    func fail(_ failure: SSHFailure) -> Next { finish(.failure(failure)) }
}
