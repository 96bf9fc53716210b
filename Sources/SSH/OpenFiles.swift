import Glibc
import Synchronization

/// The process's file descriptors: how many it may have, how many of them are left for hosts.
struct OpenFiles: Sendable {
    /// What the process may have open.
    let limit: Int
    /// What it had open before the engine began.
    let inUse: Int

    /// Raises the soft limit to the hard one, and counts.
    static func raised() -> OpenFiles {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return OpenFiles(limit: 1024, inUse: count()) }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return OpenFiles(limit: Int(clamping: limit.rlim_cur), inUse: count())
    }

    /// What hosts may take together. The rest is for names, files and reports: at most 64, half of a small number.
    func left(lanes: Int) -> Int {
        let left = limit - inUse - Self.perLane * lanes
        return max(lanes, left - min(64, left / 2))
    }

    /// Whether there is room for one host a lane and a few files besides.
    func suffice(lanes: Int) -> Bool { limit - inUse - Self.perLane * lanes >= lanes + 8 }

    /// The epoll and the eventfd.
    private static let perLane = 2

    private static func count() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 32 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Less "." and ".." and the folder's own.
        return max(0, count - 3)
    }

    /// Whether anything can be opened now.
    static var canOpen: Bool {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}

/// A descriptor that is held to be given up when there is no other, so that what is already under way (a name, a file,
/// a report) can still open something. Nobody starts anything new before it could be had again.
final class SpareDescriptor: Sendable {
    private let descriptor = Atomic<Int32>(-1)

    init() { _ = retake() }

    deinit { giveUp() }

    func giveUp() {
        let old = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        if old >= 0 { close(old) }
    }

    /// Whether it is held again.
    func retake() -> Bool {
        if descriptor.load(ordering: .acquiring) >= 0 { return true }
        let new = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard new >= 0 else { return false }
        // Another lane may have been quicker.
        if !descriptor.compareExchange(expected: -1, desired: new, ordering: .acquiringAndReleasing).exchanged {
            close(new)
        }
        return true
    }
}
