import CLinux
import Glibc

/// Passes bytes to a server and back until the server has been silent for a second; then it collects all that the
/// server still says, hands it over at once and closes in the same moment.
struct Relay {
    private let peer: ScriptedPeer

    var port: UInt16 { peer.port }

    init(to port: UInt16) throws {
        peer = try ScriptedPeer { Self.run(client: $0.descriptor, port: port) }
    }

    private static func run(client: Int32, port: UInt16) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(server) }
        guard Loopback.withSockaddr(Loopback.address("127.0.0.1", port), { connect(server, $0, $1) }) == 0 else {
            return
        }
        var held: [UInt8] = []
        var isHolding = false
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var polled = [pollfd(fd: client, events: Int16(POLLIN), revents: 0)]
            polled.append(pollfd(fd: server, events: Int16(POLLIN), revents: 0))
            let count = poll(&polled, 2, 1000)
            guard count > 0 else {
                if isHolding, !held.isEmpty { break }
                isHolding = true
                continue
            }
            if polled[0].revents != 0 {
                let count = recv(client, &chunk, chunk.count, 0)
                guard count > 0 else { return }
                send(server, chunk, count, Int32(MSG_NOSIGNAL))
            }
            if polled[1].revents != 0 {
                let count = recv(server, &chunk, chunk.count, 0)
                guard count > 0 else { break }
                if isHolding {
                    held += chunk.prefix(count)
                } else {
                    send(client, chunk, count, Int32(MSG_NOSIGNAL))
                }
            }
        }
        send(client, held, held.count, Int32(MSG_NOSIGNAL))
    }
}
