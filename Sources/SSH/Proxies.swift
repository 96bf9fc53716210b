import ChildProcess
import Glibc
import Synchronization

/// Opens the ways that are no direct connection, and ends them. Starting a program and logging in to a bastion take
/// time, so both are done off the lanes.
final class Proxies: Sendable {
    typealias Answer = Result<ProxyLink, SSHFailure>

    private let launches = BackgroundWork(threadLimit: 4)
    private let reaper = Reaper()
    private let bastions: Bastions
    /// By the templates of the proxy commands.
    private let commands = Mutex<[String: CommandRecord]>([:])
    private let notes = Mutex<[String]>([])
    /// The bastions and proxy commands that let hosts through now, as far as is known.
    private let open = Mutex<Set<String>>([])

    /// `connectLimit`: for the TCP connection to a bastion; its login may take twice as long besides.
    init(connectLimit: Duration) { bastions = Bastions(connectLimit: connectLimit) }

    /// Nil for a target that is connected to directly. `callback` runs on a thread of its own, or at once.
    func open(_ target: SSHTarget, callback: @escaping @Sendable (Answer) -> Void) {
        switch target.route {
        case .direct: break
        case .command(let proxy):
            if let failure = refusal(proxy) { return callback(.failure(failure)) }
            // As ssh runs it (sshconnect.c), but for the user's own shell.
            let words = ["/bin/sh", "-c", "exec \(proxy.command)"]
            launches.run { callback(Self.start(words, through: nil)) }
        case .jump(let jump):
            bastions.reach(jump) { answer in
                switch answer {
                case .failure(let failure):
                    self.note(jump.name, isOpen: false)
                    callback(.failure(failure))
                case .success(let socket):
                    self.note(jump.name, isOpen: true)
                    self.launches.run {
                        let words = socket.forward(host: target.address, port: target.port)
                        callback(Self.start(words, through: socket))
                    }
                }
            }
        }
    }

    private static func start(_ words: [String], through bastion: BastionSocket?) -> Answer {
        do throws(ChildProcessError) {
            return .success(try ProxyLink(words, through: bastion))
        } catch {
            let reason: SSHFailureReason = Shortage.isCause(error.code) ? .descriptorsExhausted : .proxyFailed
            return .failure(SSHFailure(phase: .proxy, reason: reason, detail: error.text))
        }
    }

    private func refusal(_ proxy: ProxyCommand) -> SSHFailure? {
        commands.withLock { $0[proxy.template]?.refusal(proxy.template, now: MonotonicTime.now) }
    }

    /// Nanoseconds from the beginning of a way to the host's first words, of the usual ones.
    func limit(_ route: SSHRoute, atMost usual: UInt64) -> UInt64 {
        guard case .command(let proxy) = route else { return usual }
        return commands.withLock { $0[proxy.template]?.limit(atMost: usual) ?? usual }
    }

    /// Takes note of how the way to a host, begun then, ended: it led there, or failed itself.
    func note(_ route: SSHRoute, _ failure: SSHFailure?, begin: Instant, now: Instant) {
        if case .jump(let jump) = route, failure == nil { bastions.worked(jump, now: now) }
        guard case .command(let proxy) = route else { return }
        commands.withLock { commands in
            var record = commands[proxy.template] ?? CommandRecord()
            if let failure {
                record.failed(failure, begin: begin, now: now)
            } else {
                record.worked(begin: begin, now: now)
            }
            commands[proxy.template] = record
        }
        if failure?.reason != .timedOut { note(proxy.template, isOpen: failure == nil) }
    }

    /// Takes note of whether the bastion or command (`SSHRoute.gateway`) lets hosts through.
    func note(_ gateway: String, isOpen: Bool) {
        open.withLock { open in
            if isOpen { open.insert(gateway) } else { open.remove(gateway) }
        }
    }

    func isOpen(_ gateway: String) -> Bool { open.withLock { $0.contains(gateway) } }

    var bastionNotes: [String] { notes.withLock { $0 } }

    func note(_ words: String) { notes.withLock { $0.append(words) } }

    /// The link's own descriptor is the caller's to close.
    func end(_ link: ProxyLink) {
        link.closeComplaints()
        reaper.end(link.child)
    }

    /// Ends everything, and returns when it has ended. Nothing may be opened afterwards.
    func stop() {
        bastions.stop()
        launches.finish()
        reaper.finish()
    }
}
