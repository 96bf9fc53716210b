import CLinux
import Glibc

/// One target on its way, from name to output: an explicit state machine, stepped by its lane whenever its socket is
/// ready or its deadline passed. It holds the socket and the session, and gives exactly one outcome.
///
/// "Not ready" is a state: the same call is made again with the same arguments on the next step.
final class Connection {
    private enum State {
        case resolving
        case connecting
        case awaitingBanner
        /// The banner is in; the key exchange needs a place. The socket is out of epoll.
        case parked
        case exchanging
        case authenticating(key: Int, blob: [UInt8])
        /// Every key was refused: asking once what would be accepted.
        case askingMethods
        case opening
        case starting
        case reading
        case closing
        case finished
    }

    /// What the lane has to do next.
    enum Next {
        case wait
        /// There is more to do at once; others come first.
        case again
        /// The banner is in: `startExchange` when there is room.
        case needsExchange
        case finished(SSHOutcome)
    }

    /// What of a lane's room this connection takes up.
    enum Gate {
        case none, connecting, exchanging, connected
    }

    /// What every connection of a lane has in common.
    struct Surroundings {
        let poller: Poller
        let limits: SSHLimits
        let policy: HostKeyPolicy
        let algorithms: Algorithms
        let firstUse: FirstUseKeys
        let clientBanner: String
        /// Read buffer of the lane, used within one step only.
        let buffer: UnsafeMutableBufferPointer<CChar>
    }

    let job: Job
    private let token: SlotToken
    private let around: Surroundings
    private var state = State.resolving
    private var addresses: ArraySlice<SocketAddress> = []
    private var descriptor: Int32 = -1
    private var interest: Poller.Interest?
    private var intake: Intake?
    private var session: Session?

    private var phase = SSHPhase.waiting
    private let started: Instant
    private var phaseStarted: Instant
    private var phaseDeadline = Instant.max
    /// What the present deadline was set from, nanoseconds.
    private var phaseLimit: UInt64 = 0
    private let hostDeadline: Instant
    private var times = PhaseTimes()
    private var handshakeLeft: UInt64 = 0

    private var output = CommandOutput()
    private var discardedErrors = 0
    private var hasFirstByte = false
    private var hostKey: HostKey?
    private var hostKeyIsNew = false
    private var peerAddress: String?
    private var refusals: [String] = []

    private var target: SSHTarget { job.target }
    private var limits: SSHLimits { around.limits }

    init(job: Job, token: SlotToken, around: Surroundings, now: Instant) {
        self.job = job
        self.token = token
        self.around = around
        started = now
        phaseStarted = now
        hostDeadline = now &+ around.limits.host.clampedNanoseconds
    }

    /// The earlier of the phase's and the host's.
    var deadline: Instant { min(phaseDeadline, hostDeadline) }

    var gate: Gate {
        switch state {
        case .resolving, .connecting, .awaitingBanner, .parked: .connecting
        case .exchanging: .exchanging
        case .authenticating, .askingMethods, .opening, .starting, .reading, .closing: .connected
        case .finished: .none
        }
    }

    /// Starts with the address where it is a literal; otherwise the lane asks the resolver and calls `resolved`.
    func begin(now: Instant) -> Next {
        if let problem = target.problem { return fail(.targetInvalid, problem) }
        do throws(SSHFailure) {
            _ = try hostKeyCheck.algorithms(around.algorithms)
        } catch {
            return finish(.failure(error))
        }
        enter(.resolve, limits.resolve, now)
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

    func resolved(_ answer: Resolver.Answer, now: Instant) -> Next {
        guard case .resolving = state else { return .wait }
        switch answer {
        case .failure(let error):
            return fail(
                error.isAbsent ? .nameNotFound : .nameServiceFailed,
                "\(PeerText.printable(target.address.utf8)): \(error.text)")
        case .success(let found):
            addresses = found.map { $0.with(port: target.port) }[...]
            enter(.connect, limits.connect, now)
            state = .connecting
            return connectToNext(now: now, last: nil)
        }
    }

    /// Tries the addresses in order. One that is not the last gets its share of the limit only.
    private func connectToNext(now: Instant, last: SSHFailure?) -> Next {
        var last = last
        while let address = addresses.popFirst() {
            closeSocket()
            let end = phaseStarted &+ limits.connect.clampedNanoseconds
            guard now < end else { break }
            phaseLimit = (end - now) / UInt64(addresses.count + 1)
            phaseDeadline = now &+ phaseLimit
            peerAddress = address.text
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            descriptor = socket(address.family, kind, 0)
            guard descriptor >= 0 else {
                last = connectFailure(errno)
                continue
            }
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            let code = address.withPointer { connect(descriptor, $0, $1) }
            guard code == 0 || errno == EINPROGRESS else {
                last = connectFailure(errno)
                continue
            }
            // Also where it succeeded at once: the next step finds it writable.
            guard around.poller.add(descriptor, token, .output) else {
                return fail(connectFailure(errno))
            }
            interest = .output
            return .wait
        }
        closeSocket()
        return fail(last ?? timedOut(now: now))
    }

    private func connectFailure(_ code: Int32) -> SSHFailure {
        let reason: SSHFailureReason =
            switch code {
            case ECONNREFUSED: .connectionRefused
            case EHOSTUNREACH, ENETUNREACH, EACCES, EPERM, EHOSTDOWN, ENETDOWN, EAFNOSUPPORT, EINVAL: .hostUnreachable
            case ETIMEDOUT: .timedOut
            case EMFILE, ENFILE: .descriptorsExhausted
            case EADDRNOTAVAIL: .portsExhausted
            case ENOMEM, ENOBUFS, ENOSPC: .outOfMemory
            default: .connectionLost
            }
        return failure(reason, "\(place): \(Errno.text(code))")
    }

    private var place: String {
        let address = peerAddress ?? PeerText.printable(target.address.utf8)
        return address.contains(":") ? "[\(address)]:\(target.port)" : "\(address):\(target.port)"
    }

    /// The socket is ready, or `again` was asked for.
    func step(now: Instant) -> Next {
        switch state {
        case .resolving, .parked, .finished: return .wait
        case .connecting: return finishConnecting(now: now)
        case .awaitingBanner: return readBanner(now: now)
        case .exchanging, .authenticating, .askingMethods, .opening, .starting, .reading, .closing:
            return drive(now: now)
        }
    }

    private func finishConnecting(now: Instant) -> Next {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        // A reset is no refusal: the server accepted and then dropped the connection.
        let wasDropped = code == ECONNRESET || code == EPIPE
        guard code == 0 || wasDropped else { return connectToNext(now: now, last: connectFailure(code)) }
        enter(.handshake, limits.handshake, now)
        guard !wasDropped else { return closedBeforeBanner(.failed(ECONNRESET), said: []) }
        state = .awaitingBanner
        intake = Intake(descriptor: descriptor)
        setInterest(.input)
        return .wait
    }

    private func readBanner(now: Instant) -> Next {
        guard let intake else { return .wait }
        switch intake.readBanner() {
        case .wait: return .wait
        case .unacceptable(let why): return fail(.protocolError, "\(place): \(why)")
        case .ended(let end):
            return closedBeforeBanner(end, said: intake.preBannerText)
        case .complete:
            // The clock stands still until there is room: the server is not to blame for the wait.
            handshakeLeft = phaseDeadline > now ? phaseDeadline - now : 0
            times.add(now &- phaseStarted, to: phase)
            phaseDeadline = .max
            around.poller.remove(descriptor)
            interest = nil
            state = .parked
            return .needsExchange
        }
    }

    private func closedBeforeBanner(_ end: Intake.End, said: [UInt8]) -> Next {
        let what = "\(place) \(text(of: end)) before its version line"
        guard !said.isEmpty else { return fail(.throttled, what) }
        let words = PeerText.printable(said.prefix { $0 != 0x0d && $0 != 0x0a })
        // What sshd says when it sheds load (sshd.c, drop_connection).
        let isSheddingLoad = words.hasPrefix("Not allowed at this time") || words.hasPrefix("Exceeded MaxStartups")
        return fail(isSheddingLoad ? .throttled : .protocolError, "\(what); it said: \(words)")
    }

    /// Makes the session. Not earlier: an aborted handshake costs memory in libssh2 1.10 (libssh2#282, #1404).
    func startExchange(now: Instant) -> Next {
        guard case .parked = state, let intake else { return .wait }
        phaseStarted = now
        phaseDeadline = now &+ handshakeLeft
        let algorithms: Algorithms
        do throws(SSHFailure) {
            algorithms = try hostKeyCheck.algorithms(around.algorithms)
        } catch {
            return finish(.failure(error))
        }
        session = Session(
            descriptor: descriptor, intake: intake, algorithms: algorithms, clientBanner: around.clientBanner)
        guard session != nil else { return fail(.outOfMemory, "no libssh2 session can be made") }
        guard around.poller.add(descriptor, token, .input) else { return fail(connectFailure(errno)) }
        interest = .input
        state = .exchanging
        return drive(now: now)
    }

    private var hostKeyCheck: HostKeyCheck {
        HostKeyCheck(target: target, known: job.known, policy: around.policy, firstUse: around.firstUse)
    }

    /// Runs the session's states until one has to wait.
    private func drive(now: Instant) -> Next {
        guard let session, let intake else { return .wait }
        while true {
            let progress: Session.Progress
            switch state {
            case .exchanging:
                progress = session.handshake()
                if case .done = progress {
                    intake.stopRecording()
                    if let refused = checkHostKey(session) { return refused }
                    enter(.authenticate, limits.authentication, now)
                    if let refused = offerKey(0, now: now) { return refused }
                    continue
                }
            case .authenticating(let index, let blob):
                progress = session.authenticate(user: target.user, blob: blob, signer: target.keys[index].signer)
                if case .done = progress {
                    enter(.execute, limits.execute, now)
                    state = .opening
                    continue
                }
                if case .failed(let failure) = progress,
                    failure.code == LibSSH2Code.authenticationFailed || failure.code == LibSSH2Code.publicKeyUnverified
                {
                    refusals.append("\(target.keys[index].algorithm.rawValue) \(target.keys[index].fingerprint)")
                    if let refused = offerKey(index + 1, now: now) { return refused }
                    continue
                }
            case .askingMethods:
                let (answer, methods) = session.listMethods(user: target.user)
                progress = answer
                if case .done = progress { return rejected(methods: methods) }
                if case .failed = progress { return rejected(methods: nil) }
            case .opening:
                progress = session.openChannel()
                if case .done = progress {
                    state = .starting
                    continue
                }
            case .starting:
                progress = session.start(command: target.command)
                if case .done = progress {
                    enter(.read, limits.firstByte, now)
                    state = .reading
                    continue
                }
            case .reading:
                switch read(session, now: now) {
                case .more: return .again
                case .cut:
                    output.isCut = true
                    return succeed(session, now: now)
                case .end:
                    output.sawEOF = true
                    enter(.close, limits.close, now)
                    state = .closing
                    continue
                case .empty: progress = .wait
                case .failed(let failure): progress = .failed(failure)
                }
            case .closing:
                progress = session.waitForClose()
                if case .wait = progress, intake.ended == nil { break }
                if case .done = progress { output.sawClose = true }
                return succeed(session, now: now)
            case .resolving, .connecting, .awaitingBanner, .parked, .finished: return .wait
            }

            switch progress {
            case .done: continue
            case .wait:
                if let end = intake.ended { return lost(end) }
                setInterest(session.interest)
                return .wait
            case .failed(let failure): return failed(failure, intake)
            }
        }
    }

    private func setInterest(_ wanted: Poller.Interest) {
        guard interest != wanted, descriptor >= 0 else { return }
        around.poller.modify(descriptor, token, wanted)
        interest = wanted
    }

    private func checkHostKey(_ session: Session) -> Next? {
        guard let blob = session.hostKeyBlob, let key = HostKey(blob: blob) else {
            return fail(.protocolError, "the server showed no readable host key", phase: .hostKey)
        }
        hostKey = key
        switch hostKeyCheck.judge(key) {
        case .known: return nil
        case .new:
            hostKeyIsNew = true
            return nil
        case .refused(let reason, let detail, let hint):
            return finish(.failure(SSHFailure(phase: .hostKey, reason: reason, detail: detail, hint: hint)))
        }
    }

    /// Goes to the first usable key from `index` on; where there is none left, asks why or gives up.
    private func offerKey(_ index: Int, now: Instant) -> Next? {
        for next in target.keys.indices.dropFirst(index) {
            if let blob = announcedBlob(of: target.keys[next]) {
                state = .authenticating(key: next, blob: blob)
                return nil
            }
        }
        guard refusals.isEmpty else {
            state = .askingMethods
            return nil
        }
        return fail(
            .keyUnusable, "libssh2 \(SSHLibrary.version) can sign for no RSA key with SHA-2 for this server "
                + "(\(intake?.serverBanner ?? "unknown version"))")
    }

    /// libssh2 before 1.11 signs for "ssh-rsa", SHA-1, only, but takes the algorithm's name from the blob. OpenSSH
    /// accepts the SHA-2 name in that place, against RFC 8332 §3; other servers may not, so only it is tried.
    private func announcedBlob(of key: PrivateKey) -> [UInt8]? {
        guard key.algorithm == .rsa, !SSHLibrary.signsRSAWithSHA2 else { return key.publicKey.blob }
        guard intake?.serverBanner?.contains("-OpenSSH_") == true else { return nil }
        var reader = WireReader(key.publicKey.blob)
        guard reader.string() != nil else { return nil }
        var writer = WireWriter()
        writer.string("rsa-sha2-512".utf8)
        return writer.bytes + reader.bytes
    }

    private enum Reading {
        case more, empty, end, cut
        case failed(Session.Failure)
    }

    /// Both streams until nothing is left in libssh2: what stays there does not make the socket readable again.
    private func read(_ session: Session, now: Instant) -> Reading {
        let buffer = around.buffer
        var turn = 0
        while true {
            var gotAny = false
            switch session.read(.output, into: buffer) {
            case .failed(let failure): return .failed(failure)
            case .none: break
            case .bytes(let count):
                gotAny = true
                let room = limits.outputLimit - output.stdout.count
                output.stdout.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<min(count, room)])
                if count > room { return .cut }
            }
            if !gotAny {
                switch session.read(.error, into: buffer) {
                case .failed(let failure): return .failed(failure)
                case .none: return session.isAtEnd ? .end : .empty
                case .bytes(let count):
                    gotAny = true
                    let room = max(0, limits.stderrLimit - output.stderr.count)
                    output.stderr.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<min(count, room)])
                    discardedErrors += max(0, count - room)
                    if discardedErrors > limits.outputLimit { return .cut }
                }
            }
            if !hasFirstByte {
                hasFirstByte = true
                phaseLimit = limits.output.clampedNanoseconds
                phaseDeadline = now &+ phaseLimit
            }
            turn += 1
            // A flood must not keep the lane from its other connections.
            if turn == 16 { return .more }
        }
    }

    private func succeed(_ session: Session, now: Instant) -> Next {
        output.exitSignal = session.exitSignal
        if output.exitSignal == nil, let status = session.exitStatus {
            output.exitStatus = status != 0 || output.sawClose ? status : nil
        }
        return finish(.success(output))
    }

    /// The deadline passed; nothing is done where it was moved on since.
    func expire(now: Instant) -> Next {
        guard deadline <= now else { return .wait }
        switch state {
        case .finished: return .wait
        case .connecting where now < hostDeadline && !addresses.isEmpty:
            return connectToNext(now: now, last: timedOut(now: now))
        case .askingMethods: return rejected(methods: nil)
        case .closing:
            guard let session else { return .wait }
            return succeed(session, now: now)
        default: return fail(timedOut(now: now))
        }
    }

    private func timedOut(now: Instant) -> SSHFailure {
        let waited =
            switch state {
            case .resolving: "no answer from the name service"
            case .connecting: "\(place): no answer to the connection request"
            case .awaitingBanner: "\(place): connected, but no SSH version line came"
            case .parked: "\(place): no place for the key exchange came free"
            case .exchanging: "\(place): the key exchange did not end"
            case .authenticating, .askingMethods: "the server did not answer the authentication"
            case .opening, .starting: "the server did not start the command"
            case .reading:
                hasFirstByte
                    ? "the output did not end; \(output.stdout.count) bytes had come" : "no byte of output came"
            case .closing, .finished: "the server did not close the channel"
            }
        let isHost = hostDeadline <= now && hostDeadline < phaseDeadline
        let limit = isHost ? limits.host.clampedNanoseconds : phaseLimit
        let tenths = (Double(limit) / 1e8).rounded() / 10
        return failure(.timedOut, "\(waited) within \(tenths) s\(isHost ? ", the limit for one host" : "")")
    }

    func cancel(reason: String) -> Next {
        if case .finished = state { return .wait }
        return fail(.cancelled, reason)
    }

    private func text(of end: Intake.End) -> String {
        switch end {
        case .closed: "closed the connection"
        case .failed(let code): "broke the connection (\(Errno.text(code)))"
        }
    }

    private func lost(_ end: Intake.End) -> Next {
        if let mismatch = mismatch() { return mismatch }
        if case .askingMethods = state { return rejected(methods: nil) }
        let what =
            if case .reading = state { " after \(output.stdout.count) bytes of output" } else { "" }
        return fail(.connectionLost, "\(place) \(text(of: end))\(what)\(farewell)")
    }

    /// What the server said when it disconnected.
    private var farewell: String { intake?.disconnectText.map { "; it said: \($0)" } ?? "" }

    private func failed(_ failure: Session.Failure, _ intake: Intake) -> Next {
        let words = "\(place): \(failure.message) (libssh2 error \(failure.code))\(farewell)"
        intake.probeEnd()
        if let end = intake.ended, intake.disconnectText == nil { return lost(end) }
        switch state {
        case .exchanging:
            if let mismatch = mismatch() { return mismatch }
        case .authenticating, .askingMethods:
            // sshd disconnects after MaxAuthTries instead of refusing the last key.
            if intake.disconnectText?.hasPrefix("Too many authentication failures") == true {
                return rejected(methods: nil)
            }
        case .opening, .starting:
            if failure.code == LibSSH2Code.channelFailure || failure.code == LibSSH2Code.requestDenied {
                return fail(.commandRefused, words)
            }
            if failure.code == LibSSH2Code.none { return fail(.replyLost, words) }
        default: break
        }
        switch failure.code {
        case LibSSH2Code.alloc: return fail(.outOfMemory, words)
        case LibSSH2Code.timeout: return fail(.timedOut, words)
        case LibSSH2Code.socketDisconnect, LibSSH2Code.socketSend, LibSSH2Code.socketReceive:
            return fail(.connectionLost, words)
        default: return fail(.protocolError, words)
        }
    }

    /// The list without a common entry, where the key exchange failed for one.
    private func mismatch() -> Next? {
        guard case .exchanging = state, let intake,
            let offer = KeyExchangeOffer(transcript: intake.transcript),
            let client = try? hostKeyCheck.algorithms(around.algorithms),
            let mismatch = offer.mismatch(with: client)
        else { return nil }
        var hint = "allow one of these on the server: \(mismatch.client.joined(separator: ", "))"
        if mismatch.list == "host key algorithms", !job.known.keys.isEmpty {
            hint = "known_hosts has other key types for this host than it offers: verify and add the key it offers"
        } else if !SSHLibrary.signsRSAWithSHA2 {
            hint += "; or use libssh2 1.11 or newer, which has more"
        }
        return fail(
            SSHFailure(
                phase: .handshake, reason: .algorithmsDoNotMatch,
                detail: "no common \(mismatch.list): the server has \(mismatch.server.joined(separator: ", ")); "
                    + "libssh2 \(SSHLibrary.version) was allowed \(mismatch.client.joined(separator: ", "))",
                hint: hint))
    }

    private func rejected(methods: String?) -> Next {
        let accepts = methods.map { "; it accepts: \($0)" } ?? ""
        let user = PeerText.printable(target.user.utf8, limit: 64)
        return fail(
            .authenticationRejected,
            "the server refused user \(user) with \(refusals.joined(separator: ", "))\(accepts)\(farewell)")
    }

    private func enter(_ next: SSHPhase, _ limit: Duration, _ now: Instant) {
        times.add(now &- phaseStarted, to: phase)
        phase = next
        phaseStarted = now
        phaseLimit = limit.clampedNanoseconds
        phaseDeadline = now &+ phaseLimit
    }

    private func failure(_ reason: SSHFailureReason, _ detail: String) -> SSHFailure {
        SSHFailure(phase: phase, reason: reason, detail: detail)
    }

    private func fail(_ reason: SSHFailureReason, _ detail: String, phase: SSHPhase? = nil) -> Next {
        fail(SSHFailure(phase: phase ?? self.phase, reason: reason, detail: detail))
    }

    private func fail(_ failure: SSHFailure) -> Next { finish(.failure(failure)) }

    private func finish(_ result: Result<CommandOutput, SSHFailure>) -> Next {
        let now = MonotonicTime.now
        if case .parked = state {} else { times.add(now &- phaseStarted, to: phase) }
        times.total = .nanoseconds(Int64(clamping: now &- started))
        tearDown()
        state = .finished
        return .finished(
            SSHOutcome(
                id: target.id, result: result, hostKey: hostKey, hostKeyIsNew: hostKeyIsNew, peerAddress: peerAddress,
                serverBanner: intake?.serverBanner, times: times))
    }

    /// Shut down, free, leave epoll, close: in this order freeing never waits for the peer.
    private func tearDown() {
        if let session {
            if case .exchanging = state {} else if intake?.ended == nil { session.disconnect() }
            shutdown(descriptor, Int32(SHUT_RDWR))
            session.free()
            self.session = nil
        }
        closeSocket()
    }

    private func closeSocket() {
        guard descriptor >= 0 else { return }
        // A descriptor that a starting child process inherited for a moment would stay in epoll after close.
        if interest != nil { around.poller.remove(descriptor) }
        interest = nil
        close(descriptor)
        descriptor = -1
    }
}
