/// One bastion's sessions, all on one lane, and the connections that wait for a tunnel through them.
///
/// One session does for most; another is made where an answer about a host takes long or one holds as many tunnels as
/// it may. Where logins fail in a row its hosts fail at once, until one of them may try it again.
final class TrunkPool {
    enum Stand {
        case usable
        /// No host behind it can be reached; where it refuses the login or shows another host key, for the rest of the
        /// run.
        case down(SSHFailure, isFinal: Bool)
        /// ssh logs in, for it can do something that this program cannot.
        case leftToProgram
    }

    let job: Job
    let name: String
    /// As a route names it.
    let gateway: String
    private let trial: String
    private(set) var stand: Stand
    /// Why it stands so from the beginning.
    let note: String?
    private var waiting = Queue<SlotToken>()
    private var trunks: [Trunk] = []
    private var loggingIn: SlotToken?
    /// When the last login began.
    private var lastLogin: Instant?
    /// Trips over logins that fail, and sessions that end without having served anybody.
    private var breaker = Breaker.forLogins
    /// While others carry on, a further session is not tried before this.
    private var notBefore: Instant = 0
    /// Since when this machine lacks what a login needs.
    private var shortSince: Instant?

    /// Sessions at a time, those included that can open no further tunnel. Logins are made one after another, so
    /// MaxStartups is never met.
    private static let limit = 8
    /// From one login to the next, however many sessions a bastion uses up by not answering.
    private static let loginInterval: UInt64 = 500_000_000

    init(_ jump: ProxyJump, _ bastions: [SSHTarget]) {
        var target =
            bastions.last
            ?? SSHTarget(
                id: 0, knownHostsName: "", address: "", user: "", identities: [], knownHosts: KnownHosts(text: ""),
                command: "")
        target.bastions = Array(bastions.dropLast())
        target.route =
            target.bastions.isEmpty
            ? .direct : .jump(ProxyJump(hops: jump.hops.dropLast(), configFile: jump.configFile))
        let known = target.knownHosts.keys(for: target.trustedName, port: target.trustedPort)
        job = Job(target: target, known: known) { _ in }
        gateway = jump.name
        name = PeerText.printable(gateway.utf8)
        trial = jump.trial
        let obstacle = target.obstacleAsBastion
        stand = obstacle == nil ? .usable : .leftToProgram
        note = obstacle.map { [name] in "bastion \(name): left to ssh, one process a host; \($0)" }
    }

    /// Hosts can be reached through it now.
    var isOpen: Bool { !trunks.isEmpty }

    func wait(_ token: SlotToken, now: Instant) {
        waiting.append(token)
        if case .down(_, isFinal: false) = stand, breaker.admits(now: now) { stand = .usable }
    }

    func takeWaiting() -> [SlotToken] { waiting.removeAll { _ in true } }

    /// The next connection and the session that can open its tunnel now. `isLive`: whether a connection still waits.
    func next(where isLive: (SlotToken) -> Bool) -> (SlotToken, Trunk)? {
        guard let trunk = trunks.first(where: \.canOpen) else { return nil }
        while let token = waiting.popFirst() {
            if isLive(token) { return (token, trunk) }
        }
        return nil
    }

    /// Nanoseconds to wait before the login that is wanted; nil where none is.
    func login(now: Instant, where isLive: (SlotToken) -> Bool) -> UInt64? {
        guard !waiting.isEmpty, loggingIn == nil, trunks.count < Self.limit, case .usable = stand else { return nil }
        let usable = trunks.filter { !$0.isRetired }
        guard usable.isEmpty || (now >= notBefore && usable.allSatisfy { $0.isSlow(now) }) else { return nil }
        _ = waiting.removeAll { !isLive($0) }
        guard !waiting.isEmpty else { return nil }
        let earliest = lastLogin.map { $0 &+ Self.loginInterval } ?? now
        let pause = earliest > now ? earliest - now : 0
        let isRepeated = shortSince != nil || (breaker.failures > 0 && !breaker.isResting)
        return usable.isEmpty && isRepeated ? max(pause, breaker.pause) : pause
    }

    /// The login that was wanted is under way, after the pause.
    func logsIn(_ token: SlotToken, at begin: Instant) {
        loggingIn = token
        lastLogin = begin
    }

    func loggedIn(_ trunk: Trunk) {
        loggingIn = nil
        shortSince = nil
        trunks.append(trunk)
    }

    /// This machine lacks what the login needs, of which the bastion knows nothing; false where it has lacked it for
    /// this many nanoseconds.
    func fellShort(limit: UInt64, now: Instant) -> Bool {
        guard now &- (shortSince ?? now) < limit else { return false }
        shortSince = shortSince ?? now
        loggingIn = nil
        if trunks.contains(where: { !$0.isRetired }) { notBefore = now &+ 5_000_000_000 }
        return true
    }

    /// A login failed, or a session ended. What is to be said of it; nil where it concerns nobody.
    func ended(_ token: SlotToken, _ failure: SSHFailure, now: Instant) -> String? {
        if let served = trunks.compactMap(\.answeredAt).max(), served > breaker.workedAt ?? 0 {
            breaker.worked(now: served)
        }
        if let index = trunks.firstIndex(where: { $0.token == token }) {
            let trunk = trunks.remove(at: index)
            // One that was closed for want of hosts has served its turn.
            if failure.reason == .cancelled { breaker.worked(now: now) }
            if trunk.answeredAt != nil || failure.reason == .cancelled { return nil }
        } else {
            loggingIn = nil
            if trunks.contains(where: { !$0.isRetired }) {
                notBefore = now &+ 5_000_000_000
                return nil
            }
            if failure.isForSSH {
                stand = .leftToProgram
                return "bastion \(name): left to ssh, one process a host; \(failure.detail)"
            }
        }
        breaker.failed(weight: failure.weightOfLogin, begin: lastLogin ?? now, now: now)
        if failure.refusesLogin || breaker.isResting {
            stand = .down(verdict(failure), isFinal: failure.refusesLogin)
        }
        return nil
    }

    private func verdict(_ failure: SSHFailure) -> SSHFailure {
        let times = breaker.failures > 1 ? ", tried \(breaker.failures) times" : ""
        return SSHFailure(
            phase: .proxy, reason: .bastionUnreachable, detail: "bastion \(name): \(failure.detail)\(times)",
            hint: failure.refusesLogin ? failure.hint : "check that the bastion is up: \(trial)")
    }
}

extension SSHTarget {
    /// Why the engine leaves it to ssh to log in to this bastion, known before the first packet: ssh may know of keys that
    /// cannot be used here, and have other proofs of a host key.
    package var obstacleAsBastion: String? {
        let known = knownHosts.keys(for: trustedName, port: trustedPort)
        if identities.isEmpty { return "it has no key that can be used here" }
        return known.keys.isEmpty && known.keysOfBareName.isEmpty ? "known_hosts has no key of it" : nil
    }
}

extension SSHFailure {
    /// A login that is refused, or that must not be made, is not made again: nothing would change, and it counts against
    /// this address.
    fileprivate var refusesLogin: Bool {
        switch reason {
        case .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked, .hostKeyAuthorityUnsupported, .authenticationRejected,
            .accountRefused, .agentFailed, .forwardingRefused:
            true
        default: false
        }
    }

    /// Of how many failed logins it says as much: whoever takes the connection and does not speak is not helped by
    /// another, and an address that does not answer costs a whole time limit each time.
    fileprivate var weightOfLogin: Int {
        guard reason == .timedOut else { return reason.mayPassLater ? 1 : Breaker.forLogins.limit }
        return [.resolve, .connect, .proxy].contains(phase) ? 2 : Breaker.forLogins.limit
    }

    /// No login could even be tried, and ssh has other algorithms and kinds of keys. What the bastion refused, or a host
    /// key that is not known, ssh is not to try again.
    fileprivate var isForSSH: Bool { [.algorithmsDoNotMatch, .keyUnusable, .targetInvalid].contains(reason) }
}
