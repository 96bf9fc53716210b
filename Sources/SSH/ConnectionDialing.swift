import CLinux
import Glibc

/// From a name or a proxy to the version line.
extension Connection {
    /// The way through a bastion or proxy command is open, as far as can be told before the host speaks.
    func proxied(_ answer: Proxies.Answer, now: Instant) -> Next {
        switch answer {
        case .failure(let failure): return failure.reason.isShortage ? lacking(failure) : fail(failure)
        case .success(let link):
            self.link = link
            transport.adopt(link.descriptor)
            intake = Intake(.socket(link.descriptor))
            state = .awaitingBanner
            return watch(.input) ?? .wait
        }
    }

    /// The name service is asked from now on.
    func resolving(now: Instant) -> Next {
        guard case .resolving = state else { return .wait }
        clock.resume(now: now)
        clock.renew(limit: limits.resolve.clampedNanoseconds, now: now)
        return .wait
    }

    func resolved(_ answer: Resolver.Answer, now: Instant) -> Next {
        guard case .resolving = state else { return .wait }
        clock.resume(now: now)
        switch answer {
        case .failure(let error):
            let detail = "\(PeerText.printable(target.address.utf8)): \(error.text)"
            if error.isShortage { return lacking(failure(.descriptorsExhausted, detail)) }
            return fail(error.isAbsent ? .nameNotFound : .nameServiceFailed, detail)
        case .success(let addresses):
            dialer = Dialer(
                addresses: addresses.filter(target.addressFamily.accepts), port: target.port,
                firstKept: around.firstKept)
            clock.enter(.connect, limit: connectLimit, now: now)
            state = .connecting
            return connect(now: now, last: timedOut(now: now))
        }
    }

    /// Tries the next addresses. One that is not the last gets its share of the limit only.
    func connect(now: Instant, last: SSHFailure) -> Next {
        transport.close()
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
                transport.adopt(descriptor)
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

    var connectLimit: Duration { target.connectLimit ?? limits.connect }

    func connectFailure(_ code: Int32) -> SSHFailure {
        failure(dialer.reason(for: code), "\(place): \(Errno.text(code))")
    }

    func finishConnecting(now: Instant) -> Next {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(transport.descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        // A reset is no refusal: the server accepted and then dropped the connection.
        let wasDropped = code == ECONNRESET || code == EPIPE
        guard code == 0 || wasDropped else { return connect(now: now, last: connectFailure(code)) }
        clock.enter(.handshake, limit: limits.handshake, now: now)
        guard !wasDropped else { return closedBeforeBanner(.failed(ECONNRESET), said: []) }
        intake = Intake(.socket(transport.descriptor))
        state = .awaitingBanner
        return watch(.input) ?? .wait
    }

    func readBanner(now: Instant) -> Next {
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
                around.proxies.note(target.route, nil, begin: clock.phaseStarted, now: MonotonicTime.now)
                clock.enter(.handshake, limit: limits.handshake, now: now)
            }
            state = .parked
            return .needsExchange
        }
    }

    /// There is no room for the key exchange now: out of epoll, since nobody reads what the server may still say.
    func park(now: Instant) {
        clock.stop(now: now)
        transport.unwatch()
    }

    func closedBeforeBanner(_ end: Intake.End, said: [UInt8]) -> Next {
        let what = "\(place) \(end.text) before its version line"
        if case .cutOff = end { return cutOff(what) }
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
    func proxyEnded(_ link: ProxyLink, _ what: String, said: [UInt8]) -> Next {
        if let end = cutOffWithBastion() { return end }
        let failure = ProxyFailure(
            route: target.route, what: what, said: said, complaint: link.readComplaint(),
            bastionLog: link.readBastionLog())
        if let complaint = failure.complaint {
            around.proxies.note(
                target.route, complaint == .bastion ? failure.failure : nil, begin: clock.phaseStarted,
                now: MonotonicTime.now)
        }
        return fail(failure.failure)
    }
}
