import Foundation
import Glibc

/// A socket where an agent would be, and nobody who answers.
final class SilentAgent: Sendable {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0, listen(descriptor, 4) == 0 else { throw ScratchError("cannot listen on \(path)") }
    }

    deinit { close(descriptor) }

    var isContacted: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) == 1
    }
}

/// A name server that takes questions and answers none.
final class SilentNameService: Sendable {
    let address = "127.77.53.53"
    private let descriptor: Int32

    init() throws { descriptor = try nameSocket(address) }

    deinit { close(descriptor) }

    var isAsked: Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) == 1
    }
}

/// A name server that says of names that begin with `absent` that there are none, and of those that begin with `failing`
/// that it cannot tell; others it does not answer.
final class FailingNameService: Sendable {
    let address = "127.77.53.54"
    private let descriptor: Int32

    init() throws {
        descriptor = try nameSocket(address)
        let socket = descriptor
        Thread.detachNewThread {
            var question = [UInt8](repeating: 0, count: 512)
            while true {
                var peer = sockaddr_in()
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let count = withUnsafeMutablePointer(to: &peer) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(socket, &question, question.count, 0, $0, &length)
                    }
                }
                guard count > 13 else { return }
                // The first label stands behind the header of 12 bytes and its length (RFC 1035 §4.1).
                let code: UInt8? =
                    question[13...].starts(with: "absent".utf8)
                    ? 3 : question[13...].starts(with: "failing".utf8) ? 2 : nil
                guard let code else { continue }
                question[2] = 0x81
                question[3] = 0x80 | code
                withUnsafePointer(to: &peer) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = sendto(socket, question, count, 0, $0, length)
                    }
                }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}

private func nameSocket(_ address: String) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var own = sockaddr_in()
    own.sin_family = sa_family_t(AF_INET)
    own.sin_port = in_port_t(53).bigEndian
    inet_pton(AF_INET, address, &own.sin_addr)
    let code = withUnsafePointer(to: &own) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0 else { throw ScratchError("cannot take port 53 of \(address)") }
    return descriptor
}
