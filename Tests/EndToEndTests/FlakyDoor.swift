import Foundation
import Glibc
import Synchronization

/// A port in front of a host: it closes the first connections as a server does that sheds load, and passes the others on.
final class FlakyDoor: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let counter = Counter()

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// How many connections came.
    var connections: Int { counter.value }

    init(to address: String, _ hostPort: UInt16, closing first: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var own = Self.address("127.0.0.1", 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = Self.withSockaddr(&own) {
            bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                && getsockname(descriptor, $0, &length) == 0
        }
        guard isBound else { throw ScratchError("cannot listen on 127.0.0.1") }
        self.descriptor = descriptor
        port = UInt16(bigEndian: own.sin_port)
        let host = Self.address(address, hostPort)
        Thread.detachNewThread { [counter] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                if counter.next() <= first {
                    close(client)
                } else {
                    Thread.detachNewThread { Self.relay(client, to: host) }
                }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    private static func relay(_ client: Int32, to host: sockaddr_in) {
        var host = host
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer {
            close(server)
            close(client)
        }
        guard withSockaddr(&host, { connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }) == 0 else {
            return
        }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var files = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&files, 2, -1) > 0 else { return }
            for (from, to) in [(0, server), (1, client)] where files[from].revents != 0 {
                let count = recv(files[from].fd, &chunk, chunk.count, 0)
                guard count > 0, send(to, chunk, count, Int32(MSG_NOSIGNAL)) == count else { return }
            }
        }
    }

    private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    private static func withSockaddr<R>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> R
    ) -> R {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }
}
