import Glibc
import Testing

@testable import SSH

struct TrunkOutletTests {
    private func take(_ outlet: TrunkOutlet, _ count: Int) -> Int {
        [UInt8](repeating: 1, count: count).withUnsafeBytes { outlet.take($0) }
    }

    /// An outlet on one end of a socket pair, and the other end.
    private func pair() throws -> (TrunkOutlet, Transport, Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
        var transport = Transport(poller: Poller(descriptor: -1), token: SlotToken(index: 0, generation: 0))
        transport.adopt(ends[0])
        return (TrunkOutlet(), transport, ends[1])
    }

    @Test func `holds what the socket does not take, up to its bound`() throws {
        var (outlet, transport, peer) = try pair()
        defer {
            transport.close()
            close(peer)
        }
        var taken = 0
        while !outlet.isFull {
            taken += take(outlet, 32 << 10)
            outlet.flush(to: transport)
        }
        #expect(outlet.ended == nil)
        var more = 0
        while true {
            let count = take(outlet, 1 << 10)
            guard count > 0 else {
                #expect(count == -Int(EPIPE))
                break
            }
            more += count
        }
        #expect(more == 768 << 10)
        guard case .overdone = outlet.ended else {
            Issue.record("\(String(describing: outlet.ended))")
            return
        }
    }

    /// Nobody would be told of it again: what is not sent must not be waited for.
    @Test func `keeps nothing for a socket that is gone, and says so`() throws {
        var (outlet, transport, peer) = try pair()
        defer { transport.close() }
        #expect(take(outlet, 10) == 10)
        close(peer)
        outlet.flush(to: transport)
        #expect(outlet.ended == .failed(EPIPE))
        #expect(outlet.isEmpty)
        #expect(take(outlet, 10) == -Int(EPIPE))
    }
}
