import CLibSSH2
import Glibc

/// One libssh2 session on one connected socket, and its one channel. Confined to its lane's thread.
///
/// Every call that may return "not ready" gives `Progress.wait`; the caller then repeats the same call with the same
/// arguments. `free()` must be called exactly once; it does not close the socket.
final class Session {
    enum Progress {
        case done
        case wait
        case failed(Failure)
    }

    struct Failure {
        var code: Int32
        var message: String

        var isRefusedKey: Bool {
            code == LIBSSH2_ERROR_AUTHENTICATION_FAILED || code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
        }

        /// The server said no to the channel or the command.
        var isDenied: Bool { code == LIBSSH2_ERROR_CHANNEL_FAILURE || code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED }

        /// Where the state it happened in does not say more.
        var reason: SSHFailureReason {
            switch code {
            case LIBSSH2_ERROR_ALLOC: .outOfMemory
            // What libssh2 1.10 returns where it lost a reply in non-blocking mode (libssh2#671).
            case LIBSSH2_ERROR_SOCKET_NONE: .replyLost
            case LIBSSH2_ERROR_TIMEOUT: .timedOut
            case LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV: .connectionLost
            default: .protocolError
            }
        }
    }

    let raw: OpaquePointer
    private let descriptor: Int32
    private let retainedStreams: Unmanaged<SessionStreams>
    private var channel: OpaquePointer?
    private var isFreed = false

    /// Twice what a large listing needs: libssh2 sends no window adjustment before a quarter of it is used up.
    private static let window: UInt32 = 2 << 20
    static let packetSize: UInt32 = 32 << 10

    var streams: SessionStreams { retainedStreams.takeUnretainedValue() }

    /// Nil where memory ran out or the library rejects an algorithm list.
    init?(descriptor: Int32, streams: SessionStreams, algorithms: Algorithms, clientBanner: String) {
        let retained = Unmanaged.passRetained(streams)
        let raw = libssh2_session_init_ex(
            SessionMemory.allocate, SessionMemory.release, SessionMemory.resize, retained.toOpaque())
        guard let raw else {
            retained.release()
            return nil
        }
        self.raw = raw
        self.descriptor = descriptor
        retainedStreams = retained
        libssh2_session_set_blocking(raw, 0)
        libssh2_set_callbacks(
            raw, SessionStreams.receiveCallback, SessionStreams.sendCallback, SessionStreams.disconnectCallback)
        let preferences: [(Int32, [String])] = [
            (LIBSSH2_METHOD_KEX, algorithms.keyExchange), (LIBSSH2_METHOD_HOSTKEY, algorithms.hostKey),
            (LIBSSH2_METHOD_CRYPT_CS, algorithms.cipher), (LIBSSH2_METHOD_CRYPT_SC, algorithms.cipher),
            (LIBSSH2_METHOD_MAC_CS, algorithms.mac), (LIBSSH2_METHOD_MAC_SC, algorithms.mac),
        ]
        for (method, names) in preferences
        where libssh2_session_method_pref(raw, method, names.joined(separator: ",")) != 0 {
            free()
            return nil
        }
        if libssh2_session_banner_set(raw, clientBanner) != 0 {
            free()
            return nil
        }
    }

    deinit { assert(isFreed, "a session must be freed by its connection") }

    func progress(_ code: Int32) -> Progress {
        switch code {
        case 0: .done
        case LIBSSH2_ERROR_EAGAIN: .wait
        default: .failed(failure(code))
        }
    }

    func failure(_ code: Int32) -> Failure {
        var text: UnsafeMutablePointer<CChar>?
        var length: Int32 = 0
        libssh2_session_last_error(raw, &text, &length, 0)
        let message = text.map { String(cString: $0) } ?? ""
        return Failure(code: code, message: PeerText.printable(message.utf8))
    }

    /// What the call that gave `.wait` waits for. Input is left out where only sending is blocked: a peer that keeps
    /// sending while it takes nothing would make the lane spin.
    var interest: Poller.Interest {
        if streams.intake.isSendBlocked { return [.input, .output] }
        let directions = libssh2_session_block_directions(raw)
        guard directions & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0 else { return .input }
        return directions & LIBSSH2_SESSION_BLOCK_INBOUND != 0 ? [.input, .output] : .output
    }

    func handshake() -> Progress { progress(libssh2_session_handshake(raw, descriptor)) }

    /// After the handshake.
    var hostKeyBlob: [UInt8]? {
        var length = 0
        var type: Int32 = 0
        guard let blob = libssh2_session_hostkey(raw, &length, &type), length > 0 else { return nil }
        return blob.withMemoryRebound(to: UInt8.self, capacity: length) {
            Array(UnsafeBufferPointer(start: $0, count: length))
        }
    }

    /// Waits for the server, or for the signature that `offer.request` has to get.
    func authenticate(user: String, offer: KeyOffers.Offer) -> Progress {
        // libssh2 hands the pointer to the callback within this very call only, so it may live on the stack.
        var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(offer.request).toOpaque()
        return withExtendedLifetime(offer.request) {
            progress(libssh2_userauth_publickey(raw, user, offer.blob, offer.blob.count, signCallback, &context))
        }
    }

    /// What the server wanted to be shown before sign-in, its beginning; nil also where the library cannot tell.
    var userauthBanner: String? {
        guard let text = libssh2_banner_of_userauth(raw) else { return nil }
        return PeerText.printable(
            UnsafeBufferPointer(start: text, count: strnlen(text, 200)).map(UInt8.init(bitPattern:)))
    }

    /// The methods the server would accept; done with nil where it does not say.
    func listMethods(user: String) -> (Progress, String?) {
        if let list = libssh2_userauth_list(raw, user, UInt32(clamping: user.utf8.count)) {
            return (.done, PeerText.printable(String(cString: list).utf8))
        }
        return (progress(libssh2_session_last_errno(raw)), nil)
    }

    func openChannel() -> Progress {
        channel = libssh2_channel_open_ex(raw, "session", 7, Self.window, Self.packetSize, nil, 0)
        if channel != nil { return .done }
        let code = libssh2_session_last_errno(raw)
        return code == 0 ? .failed(failure(-1)) : progress(code)
    }

    func start(command: String) -> Progress {
        progress(libssh2_channel_process_startup(channel, "exec", 4, command, UInt32(clamping: command.utf8.count)))
    }

    enum Stream: Int32 {
        case output = 0
        /// SSH_EXTENDED_DATA_STDERR.
        case error = 1
    }

    enum Chunk {
        case bytes(Int)
        /// Nothing queued; it says nothing about the end (see `isAtEnd`).
        case none
        case failed(Failure)
    }

    func read(_ stream: Stream, into buffer: UnsafeMutableBufferPointer<CChar>) -> Chunk {
        let count = libssh2_channel_read_ex(channel, stream.rawValue, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(min(Int(count), buffer.count)) }
        if count == 0 || count == Int(LIBSSH2_ERROR_EAGAIN) { return .none }
        return .failed(failure(Int32(clamping: count)))
    }

    /// The server's EOF came and everything before it has been read.
    var isAtEnd: Bool { libssh2_channel_eof(channel) == 1 }

    func waitForClose() -> Progress { progress(libssh2_channel_wait_closed(channel)) }

    var exitSignal: String? {
        var name: UnsafeMutablePointer<CChar>?
        var length = 0
        let code = libssh2_channel_get_exit_signal(channel, &name, &length, nil, nil, nil, nil)
        guard code == 0, let name, length > 0 else { return nil }
        defer { libssh2_free(raw, name) }
        return PeerText.printable(String(cString: name).utf8, limit: 32)
    }

    /// What the library holds; 0 also where none came, unless it is new enough to tell.
    var exitStatus: Int32? {
        libssh2_exit_status_came(channel) == 0 ? nil : libssh2_channel_get_exit_status(channel)
    }

    /// Tells the server that this was all; once, whether or not it can be sent now.
    func disconnect() {
        libssh2_session_disconnect_ex(raw, SSH_DISCONNECT_BY_APPLICATION, "", "")
    }

    /// Frees session and channel. The socket must have been shut down before, or this may have to wait for the peer:
    /// freeing an open channel sends CLOSE and waits for the answer.
    func free() {
        guard !isFreed else { return }
        isFreed = true
        streams.intake.showsEnd = true
        for _ in 0..<8 where libssh2_session_free(raw) != LIBSSH2_ERROR_EAGAIN { break }
        retainedStreams.release()
    }
}

private func signCallback(
    session: OpaquePointer?, signature: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    signatureLength: UnsafeMutablePointer<Int>?, data: UnsafePointer<UInt8>?, dataLength: Int,
    abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
    guard let signature, let signatureLength, let data, let context = abstract?.pointee else { return -1 }
    let request = Unmanaged<SignRequest>.fromOpaque(context).takeUnretainedValue()
    let bytes: [UInt8]
    switch request.sign(UnsafeBufferPointer(start: data, count: dataLength)) {
    case .signature(let signature): bytes = signature
    case .wait: return LIBSSH2_ERROR_EAGAIN
    case .failed: return -1
    }
    // libssh2 frees it as its own.
    guard let session,
        let memory = SessionMemory.allocate(bytes.count, libssh2_session_abstract(session))?.bindMemory(
            to: UInt8.self, capacity: bytes.count)
    else { return -1 }
    memory.initialize(from: bytes, count: bytes.count)
    signature.pointee = memory
    signatureLength.pointee = bytes.count
    return 0
}
