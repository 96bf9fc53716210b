import CLibSSH2
import Glibc

/// What comes in from one socket or tunnel: it sits between recv(2) and libssh2. Before it waits for the peer, what is to
/// go out to the socket goes out.
///
/// - libssh2 1.10 reads the version line one byte at a time; small reads are served from one larger one.
/// - Lines that a server sends before its version line (RFC 4253 §4.2) are dropped here, since libssh2 1.10 gives
///   up on an empty or a long one.
/// - The clear text is recorded up to the end of the key exchange, to explain a failed negotiation.
/// - The end of the stream is held back: libssh2 would report it before handing out data it has already decrypted.
///   It sees "nothing yet" instead, and `ended` tells the connection.
final class Intake {
    enum End: Equatable {
        case closed
        case failed(Int32)
        /// The bastion's session ended, and every tunnel with it.
        case cutOff(String)
        /// The peer sent more than is taken from it.
        case overdone(String)

        /// What the peer did, to follow its name.
        var text: String {
            switch self {
            case .closed: "closed the connection"
            case .failed(let code): "broke the connection (\(Errno.text(code)))"
            case .cutOff(let why): "was cut off: \(why)"
            case .overdone(let what): "sent \(what)"
            }
        }
    }

    enum Source {
        case socket(Int32)
        case tunnel(Tunnel)
    }

    private let source: Source
    /// Nil for a tunnel, whose trunk collects.
    private var outlet: Outlet?
    private var buffer: [UInt8] = []
    private var served = 0
    private(set) var transcript: [UInt8] = []
    private(set) var ended: End?
    /// Set for teardown, where libssh2 must see the end or it waits for the peer for ever.
    var showsEnd = false
    /// The text of the server's SSH_MSG_DISCONNECT, made printable.
    private(set) var disconnectText: String?
    private(set) var serverBanner: String?
    private var isRecording = true
    /// A read gave less than it had room for: nothing is left in the socket, and epoll will say when there is.
    private var isDrained = false
    /// Bytes that came so far.
    private(set) var received = 0
    /// Bytes that one turn takes; a flood must not keep the lane from its other connections.
    private static let turnLimit = 1 << 20
    private var turnLeft = turnLimit
    private var bannerBytes = 0
    private var bannerLines = 0
    private(set) var preBannerText: [UInt8] = []

    init(_ source: Source) {
        self.source = source
        if case .socket(let descriptor) = source { outlet = Outlet(descriptor: descriptor) }
    }

    /// The body of libssh2's send callback: a count, or a negated errno.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        // The socket has been shut down; what teardown still says goes nowhere.
        showsEnd ? -Int(EPIPE) : outlet?.take(bytes) ?? -Int(EBADF)
    }

    func flush() { outlet?.flush() }

    var isSendBlocked: Bool { outlet?.isBlocked ?? false }

    private static let chunk = 4096
    private static let smallRead = 1024
    /// RFC 4253 §4.2 sets no limit to the lines before the version line; ssh(1) stops at 1024 lines.
    private static let bannerLimit = 16 << 10
    private static let bannerLineLimit = 64

    enum BannerProgress: Equatable {
        case wait
        case complete
        case ended(End)
        /// Bounds exceeded, or a version that is not 2.0 (1.99 is a server that can speak 2.0).
        case unacceptable(String)
    }

    /// Reads what is there and looks for the version line.
    func readBanner() -> BannerProgress {
        while true {
            if let newline = buffer[served...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[served..<newline]
                if line.starts(with: "SSH-".utf8) { return acceptBanner(line) }
                note(line + [UInt8(ascii: "\n")])
                served = newline + 1
                bannerLines += 1
                if bannerLines > Self.bannerLineLimit {
                    return .unacceptable("more than \(Self.bannerLineLimit) lines came and no SSH version line")
                }
                continue
            }
            if bannerBytes > Self.bannerLimit {
                return .unacceptable("more than \(Self.bannerLimit) bytes came and no SSH version line")
            }
            let count = fill()
            if count == 0 {
                guard let ended else { return .wait }
                note(buffer[served...])
                return .ended(ended)
            }
            bannerBytes += count
        }
    }

    private func note(_ bytes: some Collection<UInt8>) {
        preBannerText.append(contentsOf: bytes.prefix(max(0, 160 - preBannerText.count)))
    }

    private func acceptBanner(_ line: ArraySlice<UInt8>) -> BannerProgress {
        let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        let printable = PeerText.printable(text, limit: 255)
        guard text.count <= 253 else { return .unacceptable("the SSH version line is longer than 255 bytes") }
        guard printable.hasPrefix("SSH-2.0-") || printable.hasPrefix("SSH-1.99-") else {
            return .unacceptable("the server speaks another protocol version: \(printable)")
        }
        serverBanner = printable
        transcript = Array(buffer[served...])
        return .complete
    }

    /// After the key exchange; what was kept for it is let go.
    func stopRecording() {
        isRecording = false
        transcript = []
        preBannerText = []
        if served == buffer.count {
            buffer = []
            served = 0
        }
    }

    /// Reads once into an own buffer; the number of new bytes, 0 where there is none now or `ended` is set.
    private func fill() -> Int {
        if served == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            served = 0
        }
        guard ended == nil else { return 0 }
        var count = 0
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
        buffer.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            count = receive(base + start, Self.chunk)
        }
        buffer.removeLast(Self.chunk - count)
        return count
    }

    /// Takes nothing more, whatever comes.
    func giveUp(_ end: End) {
        if ended == nil { ended = end }
    }

    /// There may be something again.
    func beginTurn() {
        isDrained = false
        turnLeft = Self.turnLimit
    }

    /// One read with the end noted in `ended`; 0 means nothing now.
    private func receive(_ target: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
        outlet?.flush()
        guard !isDrained, turnLeft > 0 else { return 0 }
        let count: Int
        switch source {
        case .socket(let descriptor): count = receive(descriptor, target, capacity)
        case .tunnel(let tunnel):
            count = tunnel.take(target, capacity)
            if count == 0 { ended = tunnel.end }
        }
        if count > 0 { isDrained = count < capacity }
        received += count
        turnLeft -= count
        return count
    }

    private func receive(_ descriptor: Int32, _ target: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
        while true {
            let count = recv(descriptor, target, capacity, 0)
            if count > 0 { return count }
            if count == 0 {
                ended = .closed
                return 0
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever cannot be sent to will not answer.
                ended = outlet?.failure.map(End.failed)
                return 0
            default:
                ended = .failed(errno)
                return 0
            }
        }
    }

    /// The body of libssh2's receive callback: a count, or a negated errno.
    func serve(_ target: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
        guard capacity > 0 else { return 0 }
        if served < buffer.count {
            let count = min(capacity, buffer.count - served)
            UnsafeMutableRawBufferPointer(start: target, count: count).copyBytes(
                from: buffer[served..<(served + count)])
            served += count
            return count
        }
        if showsEnd { return 0 }
        guard ended == nil else { return -Int(EAGAIN) }
        if capacity < Self.smallRead {
            let count = fill()
            guard count > 0 else { return -Int(EAGAIN) }
            record(buffer[...])
            return serve(target, capacity)
        }
        let count = receive(target, capacity)
        guard count > 0 else { return -Int(EAGAIN) }
        record(UnsafeRawBufferPointer(start: target, count: count))
        return count
    }

    /// Looks whether the stream has ended without anybody having read its end, as after a failed send.
    func probeEnd() {
        guard ended == nil else { return }
        guard case .socket(let descriptor) = source else {
            if case .tunnel(let tunnel) = source { ended = tunnel.end }
            return
        }
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK))
        if count == 0 { ended = .closed }
        if count < 0, errno != EAGAIN, errno != EINTR { ended = .failed(errno) }
        guard ended == nil else { return }
        // A reset that a send has met already shows behind unread bytes as nothing but this.
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        if poll(&state, 1, 0) > 0, state.revents & Int16(POLLHUP | POLLERR) != 0 { ended = .failed(ECONNRESET) }
    }

    private func record(_ bytes: some Collection<UInt8>) {
        guard isRecording else { return }
        transcript.append(contentsOf: bytes.prefix(max(0, KeyExchangeOffer.transcriptLimit - transcript.count)))
    }

    func noteDisconnect(_ message: UnsafeBufferPointer<UInt8>) {
        disconnectText = PeerText.printable(message)
    }
}
