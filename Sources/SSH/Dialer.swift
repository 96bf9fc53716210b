import CLinux
import Glibc

/// Connects to one of a name's addresses, in their order.
struct Dialer {
    private var left: ArraySlice<SocketAddress>
    /// The address last tried, as text.
    private(set) var address: String?
    private let port: UInt16
    /// See `OpenFiles.firstKept`.
    private let firstKept: Int32

    init(addresses: [SocketAddress], port: UInt16, firstKept: Int32) {
        self.firstKept = firstKept
        left = addresses.map { $0.with(port: port) }[...]
        self.port = port
    }

    /// Addresses not tried yet.
    var count: Int { left.count }

    enum Attempt {
        /// A non-blocking socket on its way; it becomes writable when the answer is there.
        case started(Int32)
        /// The errno of socket(2) or connect(2).
        case failed(Int32)
    }

    /// Nil where none is left.
    mutating func next() -> Attempt? {
        guard let target = left.popFirst() else { return nil }
        address = target.text
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(target.family, kind, 0)
        guard descriptor >= 0 else { return .failed(errno) }
        guard descriptor < firstKept else {
            close(descriptor)
            return .failed(EMFILE)
        }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        let code = target.withPointer { connect(descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else {
            let problem = errno
            close(descriptor)
            return .failed(problem)
        }
        return .started(descriptor)
    }

    /// Such as "10.0.0.7:22" or "[fe80::1]:22".
    var place: String {
        guard let address else { return "port \(port)" }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// Why the address last tried was not connected to.
    func reason(for code: Int32) -> SSHFailureReason {
        switch code {
        case ECONNREFUSED: .connectionRefused
        case EHOSTUNREACH, ENETUNREACH, EACCES, EPERM, EHOSTDOWN, ENETDOWN, EAFNOSUPPORT, EINVAL: .hostUnreachable
        case ETIMEDOUT: .timedOut
        case EMFILE, ENFILE: .descriptorsExhausted
        // Of a machine without an address of that family, whatever the port.
        case EADDRNOTAVAIL where address?.contains(":") == true: .hostUnreachable
        case EADDRNOTAVAIL: .portsExhausted
        case ENOMEM, ENOBUFS, ENOSPC: .outOfMemory
        default: .connectionLost
        }
    }
}
