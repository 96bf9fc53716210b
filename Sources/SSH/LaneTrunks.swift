/// A lane's part in tunnels: who waits for which bastion, and who is stepped because a trunk has something for it.
extension Lane {
    func seekTunnel(_ token: SlotToken, _ connection: Connection) {
        guard case .jump(let jump) = connection.job.target.route else { return }
        let pool = pools[jump] ?? makePool(jump, connection.job.target.bastions)
        pool.wait(token, now: MonotonicTime.now)
        serve(pool)
    }

    private func makePool(_ jump: ProxyJump, _ bastions: [SSHTarget]) -> TrunkPool {
        let pool = TrunkPool(jump, bastions)
        pools[jump] = pool
        if let note = pool.note { around.proxies.note(note) }
        return pool
    }

    /// Hands out what the pool has, and has it make what it lacks.
    func serve(_ pool: TrunkPool) {
        switch pool.stand {
        case .usable: break
        case .down(let failure, _):
            for (token, connection) in waiting(pool) {
                settle(token, connection.proxied(.failure(failure), now: MonotonicTime.now))
            }
        case .leftToProgram:
            for (token, connection) in waiting(pool) where mayGoThroughProgram(token, connection) {
                settle(token, connection.goThroughProgram(now: MonotonicTime.now))
            }
        }
        while let (token, trunk) = pool.next(where: { self.connection($0) != nil }),
            let connection = self.connection(token)
        {
            settle(token, connection.enter(trunk, now: MonotonicTime.now))
        }
        let now = MonotonicTime.now
        guard !isStopping, let pause = pool.login(now: now, where: { self.connection($0) != nil }) else { return }
        let (token, connection) = place(pool.job, of: pool)
        pool.logsIn(token, at: now &+ pause)
        settle(
            token, pause == 0 ? connection.begin(now: now) : connection.pause(nanoseconds: pause, now: now))
    }

    /// A host behind a tunnel has nothing of its own, unless ssh has to go there after all.
    func descriptors(for target: SSHTarget) -> Int {
        guard case .jump(let jump) = target.route, !target.bastions.isEmpty else { return target.descriptors }
        if let pool = pools[jump], case .leftToProgram = pool.stand { return target.descriptors }
        return 0
    }

    private func waiting(_ pool: TrunkPool) -> [(SlotToken, Connection)] {
        pool.takeWaiting().compactMap { token in connection(token).map { (token, $0) } }
    }

    /// The login to a bastion lacks what a host would have waited for.
    func retryLogin(_ token: SlotToken, _ failure: SSHFailure, of pool: TrunkPool) {
        let now = MonotonicTime.now
        guard pool.fellShort(limit: limits.shortage.clampedNanoseconds, now: now) else {
            return ended(token, failure, of: pool)
        }
        if failure.reason != .portsExhausted { noteShortage(now: now) }
        serve(pool)
    }

    /// A bastion's session is over, or never came about.
    func ended(_ token: SlotToken, _ failure: SSHFailure, of pool: TrunkPool) {
        if let note = pool.ended(token, failure, now: MonotonicTime.now) { around.proxies.note(note) }
        if !pool.isOpen { around.proxies.note(pool.gateway, isOpen: false) }
        serve(pool)
    }

    /// Those that have something to read first, so that a trunk sends in one go what they have to say to it.
    func stepWoken() {
        let wakeups = around.wakeups
        while !wakeups.isEmpty {
            let woken = wakeups.woken
            wakeups.woken.removeAll(keepingCapacity: true)
            for token in woken {
                if let connection = connection(token) { settle(token, connection.step(now: MonotonicTime.now)) }
            }
            guard wakeups.woken.isEmpty else { continue }
            let dirty = wakeups.dirty
            wakeups.dirty.removeAll(keepingCapacity: true)
            for token in dirty {
                if let connection = connection(token) { settle(token, connection.tend(now: MonotonicTime.now)) }
            }
        }
    }
}
