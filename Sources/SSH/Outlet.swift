import Glibc

/// What goes out to one socket: it sits between libssh2 and send(2).
///
/// libssh2 sends each packet by itself, also those between which it waits for nothing: version line, KEXINIT and the
/// first key exchange packet; NEWKEYS and the service request. Held back until libssh2 wants to read, they are one
/// send(2) and one segment.
struct Outlet {
    private let descriptor: Int32
    private var held: [UInt8] = []
    private var sent = 0
    /// The errno of a send that failed; nothing more is taken then.
    private(set) var failure: Int32?

    /// Bytes; no more is held back than this and one packet.
    private static let limit = 16 << 10

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The socket takes nothing now.
    var isBlocked: Bool { sent < held.count }

    /// The body of libssh2's send callback: a count, or a negated errno.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        if held.count > Self.limit { flush() }
        if let failure { return -Int(failure) }
        guard held.count <= Self.limit else { return -Int(EAGAIN) }
        held.append(contentsOf: bytes)
        return bytes.count
    }

    /// Sends what is held, as far as the socket takes it.
    mutating func flush() {
        while failure == nil, isBlocked {
            let count = held.withUnsafeBytes { bytes in
                bytes.baseAddress.map { send(descriptor, $0 + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
                    ?? 0
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                failure = errno
            }
        }
        held.removeAll(keepingCapacity: true)
        sent = 0
    }
}
