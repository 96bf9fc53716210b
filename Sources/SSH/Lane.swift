import CLinux
import Glibc
import Synchronization

/// One thread's share of the connections: its own epoll, its own table, its own deadlines. Made and used on that
/// thread only, so nothing in it is locked.
final class Lane {
    private struct Slot {
        var generation: UInt32 = 0
        var connection: Connection?
        var gate = Connection.Gate.none
        /// What the gates were told that it takes.
        var descriptors = 0
        /// The time of this tenant's live entry in the heap; others are stale.
        var queuedDeadline = Instant.max
    }

    private let inbox: LaneInbox
    private let resolver: Resolver
    let around: Connection.Surroundings
    let limits: SSHLimits
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var deadlines = DeadlineHeap()
    private var waiting = Queue<Job>()
    private var parked = Queue<SlotToken>()
    private var again: [SlotToken] = []
    private var gates: Gates
    private var ramp: StartRamp
    private var shortage = Shortage()
    /// Hosts that find no local port now, in the order in which they are due; others do not wait for them.
    private var postponed = Queue<(due: Instant, job: Job)>()
    /// Hosts whose output is not read while the engine holds too much.
    private var heldBack = Queue<SlotToken>()
    /// The one that is read all the same.
    private var exempt: SlotToken?
    private var live = 0
    private(set) var isStopping = false
    /// By the bastions they lead to.
    var pools: [ProxyJump: TrunkPool] = [:]
    private var events: [epoll_event]

    private static let wakeupToken = SlotToken(index: .max, generation: .max)
    private static let eventsPerTurn = 256
    /// New connections started in one turn, so that a long queue does not delay the live ones.
    private static let startsPerTurn = 64

    /// `gates` and `ramp` are this lane's part of the engine's.
    init(resolver: Resolver, around: Connection.Surroundings, gates: Gates, ramp: StartRamp) {
        inbox = around.inbox
        self.resolver = resolver
        self.around = around
        limits = around.limits
        self.gates = gates
        self.ramp = ramp
        events = [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
    }

    /// Returns after `stop` was received and every connection has given its outcome.
    func run() {
        isStopping = !inbox.poller.add(inbox.wakeup, Self.wakeupToken, .input)
        while !isStopping || live > 0 {
            let count = epoll_wait(inbox.poller.descriptor, &events, Int32(events.count), timeout())
            let now = MonotonicTime.now
            if count > 0 {
                for index in 0..<Int(count) {
                    let token = SlotToken(bits: events[index].data.u64)
                    if token == Self.wakeupToken {
                        for message in inbox.drain() { handle(message, now) }
                    } else if let connection = connection(token) {
                        settle(token, connection.step(now: MonotonicTime.now))
                    }
                }
            }
            let ready = again
            again.removeAll(keepingCapacity: true)
            for token in ready {
                if let connection = connection(token) { settle(token, connection.step(now: now)) }
            }
            expire()
            admit()
            stepWoken()
            readOn()
        }
        for message in inbox.closeAndDrain() {
            if case .start(let job) = message { finishUnstarted(job, reason: "the engine was shut down") }
            if case .proxied(_, let answer) = message { drop(answer) }
        }
    }

    /// The connection it was meant for is over.
    private func drop(_ answer: Proxies.Answer) {
        guard case .success(let link) = answer else { return }
        Glibc.close(link.descriptor)
        around.proxies.end(link)
    }

    private func handle(_ message: LaneInbox.Message, _ now: Instant) {
        switch message {
        case .start(let job):
            if isStopping {
                finishUnstarted(job, reason: "the engine was shut down")
            } else {
                waiting.append(job)
            }
        case .resolving(let token):
            if let connection = connection(token) { settle(token, connection.resolving(now: now)) }
        case .resolved(let token, let answer):
            if let connection = connection(token) { settle(token, connection.resolved(answer, now: now)) }
        case .proxied(let token, let answer):
            if let connection = connection(token) {
                settle(token, connection.proxied(answer, now: now))
            } else {
                drop(answer)
            }
        case .roomForOutput: break
        case .signing(let token):
            if let connection = connection(token) { settle(token, connection.signing(now: now)) }
        case .signed(let token, let answer):
            if let connection = connection(token) { settle(token, connection.signed(answer, now: now)) }
        case .cancel(let id):
            cancel(reason: "cancelled") { $0.target.id == id }
        case .cancelAll(let reason):
            cancel(reason: reason) { _ in true }
        case .stop:
            isStopping = true
            cancel(reason: "the engine was shut down") { _ in true }
            endTrunks(reason: "the engine was shut down")
        }
    }

    private func cancel(reason: String, where matches: (Job) -> Bool) {
        let left = postponed.removeAll { matches($0.job) }.map(\.job)
        for job in waiting.removeAll(where: matches) + left { finishUnstarted(job, reason: reason) }
        for index in slots.indices {
            guard let connection = slots[index].connection, connection.pool == nil, matches(connection.job) else {
                continue
            }
            settle(
                SlotToken(index: UInt32(index), generation: slots[index].generation), connection.cancel(reason: reason))
        }
    }

    /// After the connections that went through them.
    private func endTrunks(reason: String) {
        for index in slots.indices {
            guard let connection = slots[index].connection, connection.pool != nil else { continue }
            settle(
                SlotToken(index: UInt32(index), generation: slots[index].generation), connection.cancel(reason: reason))
        }
    }

    private func finishUnstarted(_ job: Job, reason: String) {
        inbox.load.subtract(1, ordering: .relaxed)
        job.finish(SSHFailure(phase: .waiting, reason: .cancelled, detail: reason))
    }

    func connection(_ token: SlotToken) -> Connection? {
        let index = Int(token.index)
        guard index < slots.count, slots[index].generation == token.generation else { return nil }
        return slots[index].connection
    }

    /// Takes note of where a connection stands after a step: its gate, its deadline, its end.
    func settle(_ token: SlotToken, _ next: Connection.Next) {
        let index = Int(token.index)
        guard let connection = slots[index].connection else { return }
        count(connection.gate, at: index)
        if connection.hasSocket { shortage.progressed(now: MonotonicTime.now) }
        switch next {
        case .wait: break
        case .again: again.append(token)
        case .needsExchange:
            if connection.pool != nil || gates.mayExchange {
                return settle(token, connection.startExchange(now: MonotonicTime.now))
            }
            connection.park(now: MonotonicTime.now)
            parked.append(token)
        case .needsName(let name):
            resolver.resolve(name, begins: { [inbox] in inbox.post(.resolving(token)) }) { [inbox] answer in
                inbox.post(.resolved(token, answer))
            }
        case .needsProxy:
            around.proxies.open(connection.job.target) { [inbox, proxies = around.proxies] answer in
                guard !inbox.post(.proxied(token, answer)), case .success(let link) = answer else { return }
                Glibc.close(link.descriptor)
                proxies.end(link)
            }
        case .needsTunnel: return seekTunnel(token, connection)
        case .carries(let trunk):
            guard let pool = connection.pool else { break }
            pool.loggedIn(trunk)
            around.proxies.note(pool.gateway, isOpen: true)
        case .heldBack: heldBack.append(token)
        case .shortage(let failure):
            vacate(token)
            if let pool = connection.pool { return retryLogin(token, failure, of: pool) }
            return retryLater(connection.job, failure)
        case .finished(let outcome):
            vacate(token)
            if let pool = connection.pool {
                if case .failure(let failure) = outcome.result { ended(token, failure, of: pool) }
                return
            }
            inbox.load.subtract(1, ordering: .relaxed)
            connection.job.completion(outcome)
            return
        }
        let deadline = connection.deadline
        if deadline < slots[index].queuedDeadline {
            slots[index].queuedDeadline = deadline
            deadlines.push(DeadlineHeap.Entry(time: deadline, token: token))
        }
        if let pool = connection.pool { serve(pool) }
    }

    private func vacate(_ token: SlotToken) {
        let index = Int(token.index)
        slots[index].connection = nil
        slots[index].generation &+= 1
        slots[index].queuedDeadline = .max
        freeSlots.append(token.index)
        live -= 1
        gates.ended(taking: slots[index].descriptors)
        slots[index].descriptors = 0
    }

    /// Lets a host that waits for a tunnel take what the program takes that now has to go there for it; false where it
    /// was sent back to wait for a place with that much room.
    func mayGoThroughProgram(_ token: SlotToken, _ connection: Connection) -> Bool {
        let index = Int(token.index)
        let wanted = descriptors(for: connection.job.target)
        guard wanted > slots[index].descriptors else { return true }
        guard connection.pool == nil else {
            gates.ended(taking: slots[index].descriptors)
            gates.begins(taking: wanted)
            slots[index].descriptors = wanted
            return true
        }
        count(.none, at: index)
        vacate(token)
        waiting.prepend(connection.job)
        return false
    }

    private func count(_ gate: Connection.Gate, at index: Int) {
        guard gate != slots[index].gate else { return }
        gates.change(from: slots[index].gate, to: gate)
        slots[index].gate = gate
    }

    /// The host waits, and whoever is behind it: nothing that it lacks is there for them. Local ports are counted for
    /// each destination, so that others may well find one.
    private func retryLater(_ job: Job, _ failure: SSHFailure) {
        let now = MonotonicTime.now
        let limit = limits.shortage.clampedNanoseconds
        var job = job
        job.shortSince = job.shortSince ?? now
        let isPort = failure.reason == .portsExhausted
        let isHopeless =
            isPort ? now &- (job.shortSince ?? now) >= limit : shortage.isHopeless(after: limit, now: now)
        if isStopping || isHopeless {
            inbox.load.subtract(1, ordering: .relaxed)
            return job.finish(failure)
        }
        if isPort {
            postponed.append((now &+ 1_000_000_000, job))
        } else {
            noteShortage(now: now)
            waiting.prepend(job)
        }
    }

    func noteShortage(now: Instant) {
        shortage.met(now: now)
    }

    /// Goes on reading where there is room for output again; where not, at one host, so that what has begun ends.
    private func readOn() {
        while !heldBack.isEmpty {
            let isFull = around.budget.isFull
            if isFull {
                if let exempt, connection(exempt) != nil { return }
                guard around.budget.isStuck else { return }
            }
            guard let token = heldBack.popFirst() else { return }
            guard let connection = connection(token) else { continue }
            exempt = isFull ? token : nil
            settle(token, connection.readOn(isExempt: isFull, now: MonotonicTime.now))
        }
    }

    private func expire() {
        let now = MonotonicTime.now
        while let first = deadlines.first, first.time <= now {
            _ = deadlines.popFirst()
            let index = Int(first.token.index)
            guard let connection = connection(first.token), slots[index].queuedDeadline == first.time else { continue }
            slots[index].queuedDeadline = .max
            settle(first.token, connection.expire(now: now))
        }
    }

    private func admit() {
        while gates.mayExchange, let token = parked.popFirst() {
            if let connection = connection(token) {
                settle(token, connection.startExchange(now: MonotonicTime.now))
            }
        }
        let now = MonotonicTime.now
        while let first = postponed.first, first.due <= now, let due = postponed.popFirst() {
            waiting.prepend(due.job)
        }
        var started = 0
        while started < Self.startsPerTurn, mayStart(now: now), let job = waiting.popFirst() {
            start(job)
            started += 1
        }
    }

    private func mayStart(now: Instant) -> Bool {
        guard hasPlace, shortage.pausedUntil <= now else { return false }
        return ramp.take(now: now)
    }

    /// Whether the next in turn waits for nothing but its time.
    private var hasPlace: Bool {
        guard let job = waiting.first, gates.mayStart(taking: descriptors(for: job.target)) else { return false }
        return !around.budget.isFull
    }

    private func start(_ job: Job) {
        let (token, connection) = place(job)
        settle(token, connection.begin(now: MonotonicTime.now))
    }

    /// Gives the job a slot; `settle` goes on with it.
    func place(_ job: Job, of pool: TrunkPool? = nil) -> (SlotToken, Connection) {
        let index: UInt32
        if let free = freeSlots.popLast() {
            index = free
        } else {
            index = UInt32(slots.count)
            slots.append(Slot())
        }
        let token = SlotToken(index: index, generation: slots[Int(index)].generation)
        let connection = Connection(job: job, token: token, around: around, now: MonotonicTime.now, of: pool)
        slots[Int(index)].connection = connection
        live += 1
        slots[Int(index)].descriptors = descriptors(for: job.target)
        gates.begins(taking: slots[Int(index)].descriptors)
        return (token, connection)
    }

    /// Milliseconds until something is due, rounded up; -1 for no limit.
    private func timeout() -> Int32 {
        if !again.isEmpty || !around.wakeups.isEmpty || (!parked.isEmpty && gates.mayExchange) { return 0 }
        let now = MonotonicTime.now
        var due = deadlines.first?.time ?? .max
        if hasPlace { due = min(due, max(shortage.pausedUntil, ramp.next(now: now))) }
        if let first = postponed.first { due = min(due, first.due) }
        guard due < .max else { return -1 }
        guard due > now else { return 0 }
        return Int32(clamping: (due - now) / 1_000_000 + 1)
    }
}
