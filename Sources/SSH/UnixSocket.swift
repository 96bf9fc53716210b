import Glibc

/// A socket that has a path.
enum UnixSocket {
    /// `sun_path` ends with a NUL.
    static func fits(_ path: String) -> Bool { path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) }

    enum Attempt {
        /// A descriptor that does not block.
        case connected(Int32)
        /// The errno. EAGAIN: somebody listens and has a full backlog, for here nothing is "in progress".
        case failed(Int32)
    }

    static func connect(_ path: String) -> Attempt {
        guard fits(path) else { return .failed(ENAMETOOLONG) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return .failed(errno) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            let problem = errno
            close(descriptor)
            return .failed(problem)
        }
        return .connected(descriptor)
    }
}
