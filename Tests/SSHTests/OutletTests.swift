import Glibc
import Testing

@testable import SSH

struct OutletTests {
    /// Both ends, not blocking; closed afterwards. Datagrams, so that each send(2) can be told.
    private func withPair(_ type: __socket_type = SOCK_SEQPACKET, _ body: (Int32, Int32) -> Void) throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(type.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        body(ends[0], ends[1])
        for end in ends { close(end) }
    }

    private func take(_ text: String, _ outlet: inout Outlet) -> Int {
        Array(text.utf8).withUnsafeBytes { outlet.take($0) }
    }

    private func received(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test func `what is taken between two flushes goes out at once`() throws {
        try withPair { here, there in
            var outlet = Outlet(descriptor: here)
            #expect(take("SSH-2.0-x\r\n", &outlet) == 11)
            #expect(take("KEXINIT", &outlet) == 7)
            #expect(received(there) == nil)
            outlet.flush()
            #expect(!outlet.isBlocked)
            #expect(take("NEWKEYS", &outlet) == 7)
            outlet.flush()
            outlet.flush()
            #expect(received(there) == "SSH-2.0-x\r\nKEXINIT")
            #expect(received(there) == "NEWKEYS")
            #expect(received(there) == nil)
        }
    }

    @Test func `a peer that takes nothing makes it hold a little and then refuse`() throws {
        try withPair(SOCK_STREAM) { here, there in
            var outlet = Outlet(descriptor: here)
            let packet = String(repeating: "x", count: 8 << 10)
            var sent = ""
            var answer = 0
            repeat {
                answer = take(packet, &outlet)
                if answer > 0 { sent += packet }
            } while answer > 0
            #expect(answer == -Int(EAGAIN))
            #expect(outlet.isBlocked)
            var came = ""
            while came.count < sent.count, let piece = received(there) {
                came += piece
                outlet.flush()
            }
            #expect(came == sent)
            #expect(!outlet.isBlocked)
            #expect(take("more", &outlet) == 4)
        }
    }

    @Test func `after a send that failed nothing more is taken`() throws {
        try withPair(SOCK_STREAM) { here, there in
            var outlet = Outlet(descriptor: here)
            shutdown(there, Int32(SHUT_RDWR))
            #expect(take("DISCONNECT", &outlet) == 10)
            outlet.flush()
            #expect(outlet.failure == EPIPE)
            #expect(!outlet.isBlocked)
            #expect(take("more", &outlet) == -Int(EPIPE))
        }
    }
}
