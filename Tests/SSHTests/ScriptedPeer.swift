import Foundation
import Glibc

/// A listener on loopback that runs a script on each connection, in one thread a connection.
final class ScriptedPeer: Sendable {
    let port: UInt16
    private let descriptor: Int32

    struct Wire: Sendable {
        let descriptor: Int32

        /// False where the other side is gone.
        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }

        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// One read of at most 4 KiB; empty where the other side closed.
        @discardableResult
        func read() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return Array(bytes.prefix(max(0, count)))
        }

        /// Until the other side closes.
        func wait() { while !read().isEmpty {} }

        /// Closing will send RST instead of FIN.
        func reset() {
            var off = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &off, socklen_t(MemoryLayout<linger>.size))
        }
    }

    init(_ script: @escaping @Sendable (Wire) -> Void) throws {
        (descriptor, port) = try Loopback.listen("127.0.0.1")
        let listener = descriptor
        let thread = Thread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    script(Wire(descriptor: connection))
                    close(connection)
                }
            }
        }
        thread.start()
    }

    deinit {
        // Wakes accept(2); close alone would not.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
