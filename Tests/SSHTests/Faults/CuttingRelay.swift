import CLinux
import Glibc
import Synchronization

/// Stands before a server and lets only the first bytes of what it says through; the client's pass unhindered.
final class CuttingRelay: Sendable {
    enum Cut: String, Sendable, CaseIterable {
        /// RST to the client.
        case reset
        /// FIN to the client.
        case close
        /// Nothing more comes, and nobody hangs up.
        case silence
    }

    private let peer: ScriptedPeer
    private let counter: Counter

    var port: UInt16 { peer.port }
    /// Bytes that the server has said, over all connections.
    var passed: Int { counter.value.withLock { $0 } }

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    /// - `pause`: microseconds between two single bytes; 0 passes on whatever comes.
    init(to server: Server, after limit: Int = .max, then cut: Cut = .close, pause: UInt32 = 0) throws {
        let counter = Counter()
        let (address, port) = (server.address, server.port)
        peer = try ScriptedPeer {
            Self.run($0, Loopback.address(address, port), counter, limit: limit, cut: cut, pause: pause)
        }
        self.counter = counter
    }

    private static func run(
        _ client: ScriptedPeer.Wire, _ address: sockaddr_in, _ counter: Counter, limit: Int, cut: Cut, pause: UInt32
    ) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(server) }
        guard Loopback.withSockaddr(address, { connect(server, $0, $1) }) == 0 else { return }
        var left = limit
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if left == 0, cut != .silence {
                if cut == .reset { client.reset() }
                return
            }
            var files = [
                pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: left == 0 ? -1 : server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&files, 2, -1) > 0 else { return }
            if files[0].revents != 0 {
                let count = recv(client.descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return }
                send(server, chunk, count, Int32(MSG_NOSIGNAL))
            }
            if files[1].revents != 0 {
                let count = recv(server, &chunk, min(left, pause == 0 ? chunk.count : 1), 0)
                guard count > 0, send(client.descriptor, chunk, count, Int32(MSG_NOSIGNAL)) == count else { return }
                if left != .max { left -= count }
                counter.value.withLock { $0 += count }
                if pause > 0 { usleep(pause) }
            }
        }
    }
}
