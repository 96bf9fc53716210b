import Glibc

/// The process's file descriptors: how many it may have, how many of them are left for hosts.
package struct OpenFiles: Sendable {
    /// What the process may have open.
    let limit: Int
    /// What it had open before the engine began.
    let inUse: Int

    /// The process's limits on open files.
    package static var limits: (soft: Int, hard: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return (1024, 1024) }
        return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
    }

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

    /// What hosts may take together. The rest is for names, files and reports: half of a small number.
    func left(lanes: Int) -> Int {
        let left = limit - inUse - Self.perLane * lanes
        return max(lanes, left - min(names + 32, left / 2))
    }

    /// Names that may be asked at a time, each with a descriptor of its own: where there are enough, as many as hosts are
    /// under way by default, so that silent ones hold up no other.
    var names: Int { limit < 4096 ? Resolver.usualThreads : 128 }

    /// Whether there is room for one host a lane and a few files besides.
    func suffice(lanes: Int) -> Bool { limit - inUse - Self.perLane * lanes >= lanes + Self.kept }

    /// The epoll and the eventfd.
    private static let perLane = 2

    /// The first descriptor that no host may have: above it, what is already under way (a name, a file, a report) can
    /// still open something. The kernel hands out the lowest free number (POSIX `open`), so that whoever got a lower one
    /// has left the others free.
    ///
    /// Never none: libdispatch ends the process where it cannot open `/proc/<thread>/stat`, once a second while there is
    /// work (`_dispatch_workq_monitor_pools`).
    var firstKept: Int32 { Int32(clamping: limit - Self.kept) }

    static let kept = 8

    /// Open now.
    package static func count() -> Int {
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

extension SSHLimits {
    /// Hosts with a connection at once, for an engine of so many lanes in a process that may have so many descriptors.
    package func inFlight(lanes: Int, descriptors: Int, inUse: Int = OpenFiles.count()) -> Int {
        let lanes = max(1, lanes)
        return min(max(connected, lanes), OpenFiles(limit: descriptors, inUse: inUse).left(lanes: lanes))
    }
}
