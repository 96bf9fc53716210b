import Glibc

/// A connection's socket, and what its lane's epoll watches it for.
struct WatchedSocket {
    private let poller: Poller
    private let token: SlotToken
    /// -1 while there is none.
    private(set) var descriptor: Int32 = -1
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

    /// False, with errno set, where epoll has no room.
    mutating func watch(_ wanted: Poller.Interest) -> Bool {
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

    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    mutating func close() {
        guard descriptor >= 0 else { return }
        // A descriptor that a starting child process inherited for a moment would stay in epoll after close.
        unwatch()
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}
