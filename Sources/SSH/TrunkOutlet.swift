/// What a trunk's session has to send, until the socket takes it. libssh2 is told that all was sent: it cannot send one
/// packet while another is half sent (LIBSSH2_ERROR_BAD_USE), and a session with many channels always would.
final class TrunkOutlet {
    private var bytes: [UInt8] = []

    /// Above this many bytes the tunnels wait.
    private static let limit = 256 << 10

    var isEmpty: Bool { bytes.isEmpty }
    var isFull: Bool { bytes.count >= Self.limit }

    func take(_ more: UnsafeRawBufferPointer) -> Int {
        bytes.append(contentsOf: more)
        return more.count
    }

    /// A lost connection shows when it is read from.
    func flush(to transport: Transport) {
        var sent = 0
        bytes.withUnsafeBytes { all in
            while sent < all.count {
                let count = transport.send(UnsafeRawBufferPointer(rebasing: all[sent...]))
                guard count > 0 else { break }
                sent += count
            }
        }
        bytes.removeFirst(sent)
    }
}
