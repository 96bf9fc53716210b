import Glibc

/// What a trunk's session has to send, until the socket takes it. libssh2 is told that all was sent: it cannot send one
/// packet while another is half sent (LIBSSH2_ERROR_BAD_USE), and a session with many channels always would.
final class TrunkOutlet {
    private var bytes: [UInt8] = []
    /// Nothing is taken or sent any more: the send failed, or the peer overdid it.
    private(set) var ended: Intake.End?

    /// Above this many bytes the tunnels wait.
    private static let limit = 256 << 10
    /// What the tunnels that wait have not said may come on top: answers, ends of channels, room for more. Only a peer that
    /// asks and asks and reads nothing makes it more.
    private static let utmost = 1 << 20

    var isEmpty: Bool { bytes.isEmpty }
    var isFull: Bool { bytes.count >= Self.limit }

    /// The body of libssh2's send callback: a count, or a negated errno.
    func take(_ more: UnsafeRawBufferPointer) -> Int {
        if ended == nil, bytes.count + more.count > Self.utmost {
            ended = .overdone("questions and questions, and takes no answer")
        }
        guard ended == nil else { return -Int(EPIPE) }
        bytes.append(contentsOf: more)
        return more.count
    }

    /// Sends what there is, as far as the socket takes it.
    func flush(to transport: Transport) {
        var sent = 0
        bytes.withUnsafeBytes { all in
            while ended == nil, sent < all.count {
                let count = transport.send(UnsafeRawBufferPointer(rebasing: all[sent...]))
                guard count >= 0 else {
                    if count != -Int(EAGAIN), count != -Int(EINTR) { ended = .failed(Int32(-count)) }
                    break
                }
                sent += count
            }
        }
        bytes.removeFirst(ended == nil ? sent : bytes.count)
    }
}
