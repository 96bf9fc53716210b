import CLibSSH2
import Glibc

/// The channels of a session with a bastion.
extension Session {
    /// What a bastion may send for one host before it is taken; libssh2 asks for more when a quarter is used up.
    private static let tunnelWindow: UInt32 = 1 << 20

    enum Opening {
        case wait
        case open(OpaquePointer)
        case refused(ChannelRefusal)
        case failed(Failure)
    }

    /// Asks for a connection. Until the answer is here it has to be asked again with the same request, and nothing else
    /// may be opened: libssh2 keeps the state of an opening in the session, and would hand this channel to the other.
    func openTunnel(_ request: [UInt8]) -> Opening {
        let streams = streams
        streams.refusal = nil
        streams.isOpening = true
        defer { streams.isOpening = false }
        let type = "direct-tcpip"
        let channel = request.withUnsafeBytes { bytes in
            libssh2_channel_open_ex(
                raw, type, UInt32(type.utf8.count), Self.tunnelWindow, Self.packetSize,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
        }
        if let channel { return .open(channel) }
        let code = libssh2_session_last_errno(raw)
        if code == LIBSSH2_ERROR_EAGAIN { return .wait }
        if code == LIBSSH2_ERROR_CHANNEL_FAILURE, let refusal = streams.refusal { return .refused(refusal) }
        return .failed(failure(code))
    }

    enum TunnelRead {
        case bytes(Int)
        case wait
        /// The bastion's EOF or CLOSE, and everything before it has been read.
        case end
        case failed(Failure)
    }

    func read(_ channel: OpaquePointer, into buffer: UnsafeMutableBufferPointer<CChar>) -> TunnelRead {
        let count = libssh2_channel_read_ex(channel, 0, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(min(Int(count), buffer.count)) }
        if count == Int(LIBSSH2_ERROR_EAGAIN) { return .wait }
        if count == 0 { return libssh2_channel_eof(channel) == 1 ? .end : .wait }
        return .failed(failure(Int32(clamping: count)))
    }

    /// The bytes that were taken. Where it is nil it has to be called again with bytes that begin with the same.
    func write(_ bytes: [UInt8], to channel: OpaquePointer) -> Result<Int?, Failed> {
        let count = bytes.withUnsafeBytes {
            libssh2_channel_write_ex(channel, 0, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        if count > 0 { return .success(min(Int(count), bytes.count)) }
        if count == 0 || count == Int(LIBSSH2_ERROR_EAGAIN) { return .success(nil) }
        return .failure(Failed(failure: failure(Int32(clamping: count))))
    }

    struct Failed: Error {
        var failure: Failure
    }

    /// Closes and frees; false where it has to be called again.
    func free(_ channel: OpaquePointer) -> Bool { libssh2_channel_free(channel) != LIBSSH2_ERROR_EAGAIN }
}
