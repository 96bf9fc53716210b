import Glibc

/// A port where the backlog is full: Linux then drops further SYNs.
final class BlackHole: Sendable {
    let port: UInt16
    private let listener: Int32
    private let fillers: [Int32]

    init(_ address: String = "127.0.0.1") throws {
        let (listener, port) = try Loopback.listen(address, backlog: 0)
        self.listener = listener
        self.port = port
        fillers = (0..<4).map { _ in
            let filler = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            _ = Loopback.withSockaddr(Loopback.address(address, port)) { connect(filler, $0, $1) }
            return filler
        }
    }

    /// From now on those that ask again, as every system does after a second, are let in.
    func open() { listen(listener, 64) }

    deinit { for descriptor in fillers + [listener] { close(descriptor) } }
}
