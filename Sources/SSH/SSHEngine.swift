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

    /// - `lanes`: threads; one per core is right, since the work is cryptography.
    /// - `clientSoftware`: what servers see and log as the client's version; letters, digits, `.` and `_`.
    ///
    /// Initialises libssh2 for the process, ignores SIGPIPE and raises the soft limit on open files to the hard one.
    package init(
        lanes count: Int, limits: SSHLimits, hostKeyPolicy: HostKeyPolicy, clientSoftware: String = "kubesweep"
    ) throws(SSHEngineError) {
        try SSHLibrary.initialise()
        guard let algorithms = SSHLibrary.algorithms else { throw .library(code: 0) }
        signal(SIGPIPE, SIG_IGN)
        let count = max(1, count)
        let share = limits.share(ofLanes: count, descriptors: OpenFiles.raiseLimit())
        let resolver = try Resolver()
        let firstUse = FirstUseKeys()
        let proxies = Proxies(connectLimit: limits.connect)
        let banner = "SSH-2.0-\(clientSoftware)_libssh2_\(SSHLibrary.version)"

        var inboxes: [LaneInbox] = []
        var threads: [pthread_t] = []
        for _ in 0..<count {
            let inbox = try LaneInbox()
            let thread = LaneThread.start(stackSize: 512 << 10) {
                let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 64 << 10)
                defer { buffer.deallocate() }
                let around = Connection.Surroundings(
                    inbox: inbox, limits: share, policy: hostKeyPolicy, algorithms: algorithms, firstUse: firstUse,
                    clientBanner: banner, proxies: proxies, wakeups: Wakeups(), buffer: buffer)
                Lane(resolver: resolver, around: around, limits: share).run()
            }
            guard let thread else {
                for started in inboxes { started.post(.stop) }
                for started in threads { pthread_detach(started) }
                throw .system(call: "pthread_create", code: EAGAIN)
            }
            inboxes.append(inbox)
            threads.append(thread)
        }
        self.lanes = inboxes
        self.threads = Mutex(threads)
        self.resolver = resolver
        self.proxies = proxies
    }

    deinit { shutdown() }

    /// Hands a target to the least busy lane. `completion` runs on a lane's thread (or here, after `shutdown`) and
    /// must not block. Looking the host up in known_hosts is done here, on the caller's thread.
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

/// The process's limit on open files.
enum OpenFiles {
    /// Raises the soft limit to the hard one; returns what holds then.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}

extension SSHLimits {
    /// Descriptors left to the rest of the program.
    private static let reserve = 64

    /// One lane's part of the gates, held within the descriptors there are.
    func share(ofLanes lanes: Int, descriptors: Int) -> SSHLimits {
        let usable = max(2 * lanes, descriptors - Self.reserve)
        let wanted = max(1, connecting) + max(1, connected)
        let scale = min(1, Double(usable) / Double(wanted))
        var share = self
        share.connecting = max(1, Int(Double(connecting) * scale) / lanes)
        share.connected = max(1, Int(Double(connected) * scale) / lanes)
        share.handshaking = min(share.connected, max(1, handshaking / lanes))
        share.outputLimit = max(0, outputLimit)
        share.stderrLimit = max(0, stderrLimit)
        return share
    }
}
