import CLinux
import Glibc
import Synchronization

/// Runs commands on many hosts at a time: targets in, bytes or a classified failure out. It knows nothing of what the
/// commands are for.
///
/// Each lane is one plain thread with its own connections; nothing is shared between lanes but the resolver and the
/// keys trusted on first use. Every submitted target gets exactly one outcome, also on cancel and shutdown.
package final class SSHEngine: Sendable {
    private let lanes: [LaneInbox]
    private let threads: Mutex<[pthread_t]>
    private let resolver: Resolver
    private let proxies: Proxies
    /// Where each bastion's sessions are: all on one lane, so that it sees as few logins as will do.
    private let bastionLanes = Mutex<[ProxyJump: Int]>([:])
    private let openFiles: OpenFiles

    /// - `lanes`: threads. The work is cryptography, so more than one a core are of no use; the limits are parted among them.
    /// - `clientSoftware`: what servers see and log as the client's version; letters, digits, `.` and `_`.
    ///
    /// Initialises libssh2 for the process, ignores SIGPIPE and raises the soft limit on open files to the hard one.
    package convenience init(
        lanes count: Int, limits: SSHLimits, hostKeyPolicy: HostKeyPolicy, clientSoftware: String = "kubesweep"
    ) throws(SSHEngineError) {
        try self.init(
            lanes: count, limits: limits, hostKeyPolicy: hostKeyPolicy, clientSoftware: clientSoftware,
            lookUp: Resolver.look(up:))
    }

    init(
        lanes count: Int, limits: SSHLimits, hostKeyPolicy: HostKeyPolicy, clientSoftware: String = "kubesweep",
        lookUp: @escaping @Sendable (String) -> Resolver.Answer
    ) throws(SSHEngineError) {
        try SSHLibrary.initialise()
        guard let algorithms = SSHLibrary.algorithms else { throw .library(code: 0) }
        signal(SIGPIPE, SIG_IGN)
        let count = max(1, count)
        let openFiles = OpenFiles.raised()
        guard openFiles.suffice(lanes: count) else { throw .tooFewFiles(limit: openFiles.limit) }
        let share = limits.share(ofLanes: count)
        let gates = Gates(share, descriptors: openFiles.left(lanes: count) / count)
        let ramp = StartRamp(perSecond: limits.startsPerSecond, lanes: count)
        let resolver = try Resolver(threadLimit: openFiles.names, lookUp: lookUp)
        let firstUse = FirstUseKeys()
        let proxies = Proxies(connectLimit: limits.connect)
        let banner = "SSH-2.0-\(clientSoftware)_libssh2_\(SSHLibrary.version)"

        var inboxes: [LaneInbox] = []
        for _ in 0..<count { inboxes.append(try LaneInbox()) }
        let budget = OutputBudget(limit: limits.unparsedOutput) { [inboxes] in
            for inbox in inboxes { inbox.post(.roomForOutput) }
        }
        var threads: [pthread_t] = []
        for inbox in inboxes {
            let thread = LaneThread.start(stackSize: 512 << 10) {
                let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 64 << 10)
                defer { buffer.deallocate() }
                let around = Connection.Surroundings(
                    inbox: inbox, limits: share, policy: hostKeyPolicy, algorithms: algorithms, firstUse: firstUse,
                    clientBanner: banner, proxies: proxies, wakeups: Wakeups(), budget: budget,
                    firstKept: openFiles.firstKept, buffer: buffer)
                Lane(resolver: resolver, around: around, gates: gates, ramp: ramp).run()
            }
            guard let thread else {
                for started in inboxes { started.post(.stop) }
                for started in threads { pthread_detach(started) }
                throw .system(call: "pthread_create", code: EAGAIN)
            }
            threads.append(thread)
        }
        self.lanes = inboxes
        self.threads = Mutex(threads)
        self.resolver = resolver
        self.proxies = proxies
        self.openFiles = openFiles
    }

    deinit { shutdown() }

    /// Says why not so many hosts can be under way at once; nil where they can. Those above wait for their turn.
    package func complaint(about hosts: Int) -> String? {
        let most = openFiles.left(lanes: lanes.count)
        guard hosts > most else { return nil }
        return "at most \(most) hosts at once, not \(hosts): this process may have \(openFiles.limit) files open "
            + "(ulimit -Hn), and \(openFiles.inUse) are in use"
    }

    /// Hands a target to the least busy lane. `completion` runs on a lane's thread (or here, after `shutdown`) and
    /// must not block. The host is looked up in known_hosts here, on the caller's thread.
    package func submit(_ target: SSHTarget, completion: @escaping @Sendable (SSHOutcome) -> Void) {
        let known = target.knownHosts.keys(for: target.trustedName, port: target.trustedPort)
        let job = Job(target: target, known: known, completion: completion)
        let lane =
            lane(of: target) ?? lanes.min { $0.load.load(ordering: .relaxed) < $1.load.load(ordering: .relaxed) }
        lane?.load.add(1, ordering: .relaxed)
        if lane?.post(.start(job)) != true {
            job.finish(SSHFailure(phase: .waiting, reason: .cancelled, detail: "the engine was shut down"))
        }
    }

    private func lane(of target: SSHTarget) -> LaneInbox? {
        guard case .jump(let jump) = target.route, !target.bastions.isEmpty else { return nil }
        return bastionLanes.withLock { numbers in
            // The nearest bastion's: the sessions of a chain go through one another.
            let first = ProxyJump(hops: Array(jump.hops.prefix(1)), configFile: jump.configFile)
            let number = numbers[first] ?? numbers.count % lanes.count
            numbers[first] = number
            return lanes[number]
        }
    }

    /// What a reader should know of the bastions, once they have been used.
    package var bastionNotes: [String] { proxies.bastionNotes }

    /// Whether the bastion or proxy command (`SSHRoute.gateway`) lets hosts through now, as far as is known.
    package func isOpen(_ gateway: String) -> Bool { proxies.isOpen(gateway) }

    /// Ends every target with this id; its outcome is `cancelled` unless it has just finished otherwise.
    package func cancel(id: Int) {
        for lane in lanes { lane.post(.cancel(id: id)) }
    }

    /// Ends all targets submitted so far, waiting ones too. `reason` is the failures' detail.
    package func cancelAll(reason: String) {
        for lane in lanes { lane.post(.cancelAll(reason: reason)) }
    }

    /// Ends all targets and waits for the lanes to end. Called from a completion, it does not wait for its own lane.
    package func shutdown() {
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        guard !threads.isEmpty else { return }
        for lane in lanes { lane.post(.stop) }
        for thread in threads {
            if pthread_equal(thread, pthread_self()) != 0 {
                pthread_detach(thread)
            } else {
                pthread_join(thread, nil)
            }
        }
        resolver.stop()
        proxies.stop()
    }
}
