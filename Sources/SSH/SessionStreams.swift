import CLibSSH2
import Glibc

/// What libssh2 reaches through a session's callbacks: where its bytes come from and where they go. Confined to
/// the session's lane.
final class SessionStreams {
    let intake: Intake
    /// Takes what is to be sent and gives its count or a negated errno.
    let send: (UnsafeRawBufferPointer) -> Int
    /// True only while libssh2 is asked to open a channel.
    var isOpening = false
    var refusal: ChannelRefusal?
    /// Before, a server has little to say.
    var isSignedIn = false
    /// What libssh2 has allocated for the session.
    var memory = SessionMemory()

    init(intake: Intake, send: @escaping (UnsafeRawBufferPointer) -> Int) {
        self.intake = intake
        self.send = send
    }

    static func at(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> SessionStreams? {
        abstract?.pointee.map { Unmanaged<SessionStreams>.fromOpaque($0).takeUnretainedValue() }
    }

    static let receiveCallback: libssh2_receive_function = { _, buffer, length, _, abstract in
        guard let buffer, let streams = at(abstract) else { return -Int(EBADF) }
        if let excess = streams.excess { streams.intake.giveUp(excess) }
        return streams.intake.serve(buffer, length)
    }

    static let sendCallback: libssh2_send_function = { _, buffer, length, _, abstract in
        guard let buffer, let streams = at(abstract) else { return -Int(EBADF) }
        return streams.send(UnsafeRawBufferPointer(start: buffer, count: length))
    }

    static let disconnectCallback: libssh2_disconnect_function = { _, _, message, length, _, _, abstract in
        guard let message, length > 0, let streams = at(abstract) else { return }
        message.withMemoryRebound(to: UInt8.self, capacity: Int(length)) {
            streams.intake.noteDisconnect(UnsafeBufferPointer(start: $0, count: Int(length)))
        }
    }
}

/// SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 §5.1).
struct ChannelRefusal: Equatable {
    private(set) var reason: UInt32
    /// The server's words, made printable.
    private(set) var description: String

    /// Nil where it is another packet. `packet` may be longer than the packet is.
    init?(packet: UnsafeRawBufferPointer) {
        guard packet.count >= 17, packet[0] == 92 else { return nil }
        func number(at offset: Int) -> UInt32 {
            UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let length = Int(number(at: 9))
        guard length <= packet.count - 17 else { return nil }
        reason = number(at: 5)
        description = PeerText.printable(packet[13..<(13 + length)])
    }

    /// As ssh(1) words it (clientloop.c).
    var text: String {
        let kind =
            switch reason {
            case 1: "administratively prohibited"
            case 2: "connect failed"
            case 3: "unknown channel type"
            case 4: "resource shortage"
            default: "reason \(reason)"
            }
        return "open failed: \(kind): \(description)"
    }
}
