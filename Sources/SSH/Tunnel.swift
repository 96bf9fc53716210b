import Glibc

/// A connection that a bastion makes: one direct-tcpip channel (RFC 4254 §7.2), and what is under way on both of its
/// sides. The trunk moves the bytes; libssh2 is never called from here, so one session's callback cannot enter another.
final class Tunnel {
    enum State {
        case opening
        case open(OpaquePointer)
        case refused(ChannelRefusal)
        /// The session could not ask, or the answer was no answer.
        case failed(String)
        case closed
    }

    private(set) var state = State.opening
    /// The channel's data so far; `take` gives what came before the end first.
    private var arrived: [UInt8] = []
    private var taken = 0
    private var ending: Intake.End?
    private(set) var leaving: [UInt8] = []
    /// Whoever uses the tunnel takes nothing more and sends nothing more.
    private var isShutDown = false
    /// A send found no room.
    private var isBlocked = false
    private var isWoken = false
    /// The trunk stopped for lack of room, and more may be left in libssh2: no event of the socket will tell.
    private var isPassedOver = false
    /// Likewise, until the trunk has found nothing left.
    private(set) var isBehind = false

    let token: SlotToken
    /// The type-specific part of SSH_MSG_CHANNEL_OPEN.
    let request: [UInt8]
    private weak var trunk: Trunk?

    /// Bytes held on each side.
    private static let limit = 256 << 10

    init(to host: String, port: UInt16, for token: SlotToken, through trunk: Trunk) {
        self.token = token
        self.trunk = trunk
        var writer = WireWriter()
        writer.string(host.utf8)
        writer.uint32(UInt32(port))
        // Where the connection comes from; there is no socket of which it could be said.
        writer.string("127.0.0.1".utf8)
        writer.uint32(0)
        request = writer.bytes
    }

    var channel: OpaquePointer? {
        if case .open(let channel) = state { return channel }
        return nil
    }

    var isOver: Bool {
        if case .closed = state { return true }
        return false
    }

    // MARK: For the connection that goes through it

    /// Nil while something may still come, or something is left to take.
    var end: Intake.End? { taken == arrived.count ? ending : nil }

    func beginTurn() { isWoken = false }

    func take(_ target: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
        let count = min(capacity, arrived.count - taken)
        guard count > 0 else { return 0 }
        UnsafeMutableRawBufferPointer(start: target, count: count).copyBytes(from: arrived[taken..<(taken + count)])
        taken += count
        if taken == arrived.count {
            arrived.removeAll(keepingCapacity: arrived.count <= 32 << 10)
            taken = 0
        }
        if isPassedOver, hasRoom {
            isPassedOver = false
            trunk?.noteRoom()
        }
        return count
    }

    /// All of it, or -EAGAIN.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        if isShutDown { return bytes.count }
        guard ending == nil, channel != nil else { return -Int(EPIPE) }
        guard leaving.isEmpty || leaving.count + bytes.count <= Self.limit else {
            isBlocked = true
            return -Int(EAGAIN)
        }
        leaving.append(contentsOf: bytes)
        trunk?.noteLeaving()
        return bytes.count
    }

    func shutDown() { isShutDown = true }

    func close() {
        shutDown()
        trunk?.release(self)
    }

    // MARK: For the trunk

    var hasRoom: Bool { arrived.count - taken < Self.limit }
    var isEnded: Bool { ending != nil }

    /// True once for each turn of the connection.
    func wake() -> Bool {
        defer { isWoken = true }
        return !isWoken
    }

    func become(_ state: State) { self.state = state }

    func passOver() {
        isPassedOver = true
        isBehind = true
    }

    func catchUp() { isBehind = false }

    func deliver(_ bytes: UnsafeRawBufferPointer) {
        guard !isShutDown else { return }
        if taken > 0 {
            arrived.removeFirst(taken)
            taken = 0
        }
        arrived.append(contentsOf: bytes)
    }

    func finish(_ end: Intake.End) {
        if ending == nil { ending = end }
    }

    /// True where somebody waits for the room that this makes.
    func sent(_ count: Int) -> Bool {
        leaving.removeFirst(count)
        defer { isBlocked = isBlocked && !leaving.isEmpty }
        return isBlocked && leaving.isEmpty
    }
}
