import Foundation
import Glibc
import SSH

/// An agent that answers as a script says, one thread a connection.
final class ScriptedAgent: Sendable {
    let path: String
    private let workshop: Workshop
    private let descriptor: Int32

    /// `script` gets the number of the connection, from 0.
    init(_ script: @escaping @Sendable (Int, ScriptedPeer.Wire) -> Void) throws {
        workshop = try Workshop()
        path = "\(workshop.path)/agent"
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0, listen(descriptor, 16) == 0 else { throw WorkshopError(text: "cannot listen on \(path)") }
        let listener = descriptor
        Thread.detachNewThread {
            var number = 0
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                let present = number
                number += 1
                Thread.detachNewThread {
                    script(present, ScriptedPeer.Wire(descriptor: connection))
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    func client(limit: Duration = .milliseconds(400)) throws -> AgentClient {
        try AgentClient(path: path, answerLimit: limit)
    }
}
