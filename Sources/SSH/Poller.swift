import CLinux
import Glibc

/// One epoll descriptor, level-triggered: nothing is lost when an event is not fully used up.
struct Poller {
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let input = Interest(rawValue: EPOLLIN.rawValue)
        static let output = Interest(rawValue: EPOLLOUT.rawValue)
    }

    let descriptor: Int32

    func add(_ file: Int32, _ token: SlotToken, _ interest: Interest) -> Bool {
        control(EPOLL_CTL_ADD, file, token, interest)
    }

    func modify(_ file: Int32, _ token: SlotToken, _ interest: Interest) {
        _ = control(EPOLL_CTL_MOD, file, token, interest)
    }

    func remove(_ file: Int32) {
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, file, nil)
    }

    private func control(_ operation: Int32, _ file: Int32, _ token: SlotToken, _ interest: Interest) -> Bool {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = token.bits
        return epoll_ctl(descriptor, operation, file, &event) == 0
    }
}
