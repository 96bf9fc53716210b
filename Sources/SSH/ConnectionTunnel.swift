/// Connections through a bastion's session, and the connection that is this session.
extension Connection {
    var trunk: Trunk? {
        if case .carrying(let trunk) = state { return trunk }
        return nil
    }

    /// The host's clock stands still until its tunnel is asked for: others' turns are no fault of its own.
    func seekTunnel(now: Instant) -> Next {
        state = .tunnelling
        clock.stop(now: now)
        return .needsTunnel
    }

    /// Asks for the tunnel. The bastion connects in this program's place, so its answer has the time of a connection.
    func enter(_ trunk: Trunk, now: Instant) -> Next {
        guard case .tunnelling = state else { return .wait }
        clock.resume(now: now)
        clock.renew(limit: min(connectLimit, limits.proxy).clampedNanoseconds, now: now)
        transport.adopt(trunk.open(to: target.address, port: target.port, for: token, now: now))
        return .wait
    }

    func continueTunnel(now: Instant) -> Next {
        guard let tunnel = transport.tunnel else { return .wait }
        switch tunnel.state {
        case .opening, .closed: return .wait
        case .open:
            clock.enter(.handshake, limit: limits.handshake, now: now)
            intake = Intake(.tunnel(tunnel))
            state = .awaitingBanner
            return readBanner(now: now)
        case .refused(let refusal): return refused(refusal)
        case .failed(let why):
            transport.close()
            lostTrunks += 1
            // Nothing was sent to the host yet.
            guard lostTrunks > 2 else { return seekTunnel(now: now) }
            return cutOff("\(place): \(why)")
        }
    }

    private func refused(_ refusal: ChannelRefusal) -> Next {
        let detail = "bastion \(PeerText.printable((target.route.gateway ?? "").utf8)) to \(place): \(refusal.text)"
        switch ProxyComplaint(refusal.text) {
        case .forbidden: return fail(.forwardingRefused, detail)
        case .target(let reason):
            return fail(
                SSHFailure(
                    phase: .proxy, reason: reason, detail: detail,
                    hint: "check the way from the bastion to the host: "
                        + PeerText.printable((target.route.gateway ?? "").utf8)))
        case .bastion, nil: return fail(.proxyFailed, detail)
        }
    }

    /// ssh has to log in to the bastion after all.
    func goThroughProgram(now: Instant) -> Next {
        guard case .tunnelling = state else { return .wait }
        clock.resume(now: now)
        clock.renew(limit: limits.proxy.clampedNanoseconds, now: now)
        state = .proxying
        return .needsProxy
    }

    /// What libssh2's callbacks reach.
    func streams(_ intake: Intake) -> SessionStreams {
        if pool != nil {
            let outlet = outlet
            return SessionStreams(intake: intake) { outlet.take($0) }
        }
        guard let tunnel = transport.tunnel else { return SessionStreams(intake: intake) { intake.send($0) } }
        return SessionStreams(intake: intake) { tunnel.send($0) }
    }

    /// After a call that has to be made again.
    func waitFor(_ session: Session) -> Next {
        outlet.flush(to: transport)
        if let end = outlet.ended { return lost(end) }
        var interest = session.interest
        if !outlet.isEmpty { interest.insert(.output) }
        return watch(interest) ?? .wait
    }

    /// After a pause, as a login that is made again.
    func pause(nanoseconds: UInt64, now: Instant) -> Next {
        state = .pausing
        clock.enter(.waiting, limit: .nanoseconds(Int64(clamping: nanoseconds)), now: now)
        return .wait
    }

    /// Logged in to the bastion: from now on this connection carries others.
    func carry(_ session: Session, now: Instant) -> Next {
        guard let intake else { return .wait }
        let trunk = Trunk(
            session, intake: intake, outlet: outlet, token: token, wakeups: around.wakeups, buffer: around.buffer,
            limits: limits, now: now)
        state = .carrying(trunk)
        clock.stop(now: now)
        if case .finished(let outcome) = carryOn(trunk, now: now) { return .finished(outcome) }
        return .carries(trunk)
    }

    /// A tunnel has something to send, or room; the socket has nothing new.
    func tend(now: Instant) -> Next { trunk.map { carryOn($0, now: now) } ?? .wait }

    /// The socket has something new, or room.
    func arrived(_ trunk: Trunk, now: Instant) -> Next {
        let next = carryOn(trunk, now: now)
        transport.acknowledge()
        return next
    }

    func carryOn(_ trunk: Trunk, now: Instant) -> Next {
        repeat {
            let failure = trunk.pump(now: now)
            if let end = outlet.ended { return lost(end) }
            if let failure, let intake { return failed(failure, intake) }
            outlet.flush(to: transport)
            // Where something is left in the outlet, the socket tells when it has room.
        } while outlet.isEmpty && trunk.isHeldBack && outlet.ended == nil
        if let end = intake?.ended ?? outlet.ended { return lost(end) }
        let interest = trunk.interest
        guard interest.isEmpty else { return watch(interest) ?? .wait }
        transport.unwatch()
        return .wait
    }
}
