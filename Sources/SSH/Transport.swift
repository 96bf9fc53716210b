import CLinux
import Glibc

/// What carries a connection's bytes: a socket, with what its lane's epoll watches it for, or a tunnel, of which epoll
/// knows nothing: the bastion's session wakes it.
struct Transport {
    private let poller: Poller
    private let token: SlotToken
    /// -1 while there is none.
    private(set) var descriptor: Int32 = -1
    private(set) var tunnel: Tunnel?
    /// Nil while it is not in epoll.
    private var interest: Poller.Interest?

    init(poller: Poller, token: SlotToken) {
        self.poller = poller
        self.token = token
    }

    /// Takes the descriptor over; an earlier one is closed.
    mutating func adopt(_ descriptor: Int32) {
        close()
        self.descriptor = descriptor
    }

    mutating func adopt(_ tunnel: Tunnel) {
        close()
        self.tunnel = tunnel
    }

    /// False, with errno set, where epoll has no room.
    mutating func watch(_ wanted: Poller.Interest) -> Bool {
        guard tunnel == nil else { return true }
        if interest == nil {
            guard poller.add(descriptor, token, wanted) else { return false }
        } else if interest != wanted {
            poller.modify(descriptor, token, wanted)
        }
        interest = wanted
        return true
    }

    mutating func unwatch() {
        if interest != nil { poller.remove(descriptor) }
        interest = nil
    }

    /// The bytes that were taken, or a negated errno.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let tunnel { return tunnel.send(bytes) }
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        return count < 0 ? -Int(errno) : count
    }

    /// A bastion's sshd sends what it has for one host only when what it sent for another has been acknowledged (Nagle's
    /// algorithm), and this system takes 40 ms to acknowledge by itself. The system forgets it, so it is said again and
    /// again.
    func acknowledge() {
        guard tunnel == nil else { return }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    func shutDown() {
        if let tunnel { return tunnel.shutDown() }
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    mutating func close() {
        tunnel?.close()
        tunnel = nil
        guard descriptor >= 0 else { return }
        // A descriptor that a starting child process inherited for a moment would stay in epoll after close.
        unwatch()
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}
