@testable import SSH

extension Fault {
    /// Packets that libssh2 keeps, whatever it waits for.
    static let floods = [
        Fault(.flood, "large packets before the keys are exchanged", early("handshake")) {
            try flood(junk(30_000))
        },
        Fault(.flood, "empty packets before the keys are exchanged", early("handshake")) {
            try flood(junk(0))
        },
        Fault(.flood, "packets to be ignored before the keys are exchanged", early("handshake")) {
            try flood([2, 0, 0, 0, 0])
        },
        Fault(.flood, "banners in place of an answer to the key", early("authenticate")) {
            var banner = WireWriter()
            banner.string([UInt8](repeating: UInt8(ascii: "b"), count: 1000))
            banner.string([])
            let bytes = banner.bytes
            return try serverSide { server in
                guard server.awaitSignIn() != nil else { return }
                while server.send([53] + bytes) {}
            }
        },
        Fault(.flood, "large packets before the command begins", late("execute")) {
            try serverSide { server in
                guard server.letIn() else { return }
                while server.send(junk(30_000)) {}
            }
        },
        Fault(.flood, "large packets beside the output", late("read")) {
            try serverSide { server in
                guard server.startCommand(), server.send(ServerSide.data(WholeListing.header)) else { return }
                while server.send(junk(30_000)) {}
            }
        },
        Fault(.flood, "empty packets beside the output", late("read")) {
            try serverSide { server in
                guard server.startCommand(), server.send(ServerSide.data(WholeListing.header)) else { return }
                while server.send(junk(0)) {}
            }
        },
        Fault(.flood, "output without a byte", unreachable("read", "timedOut", "the output did not end; ")) {
            try serverSide { server in
                guard server.startCommand(), server.send(ServerSide.data(WholeListing.header)) else { return }
                while server.send(ServerSide.data("")) {}
            }
        },
        // No flood: most of what comes is no output, and all of it is right.
        Fault(.flood, "a whole listing in packets of one byte", .whole) {
            let filler = String(repeating: WholeListing.row(99, String(repeating: "x", count: 60)), count: 200)
            let listing = WholeListing(mark: mark).rows + filler + WholeListing.marker
            return try serverSide { server in
                guard server.startCommand() else { return }
                for character in listing { guard server.send(ServerSide.data(String(character))) else { return } }
                server.endCommand()
            }
        },
    ]

    private static func early(_ phase: String) -> Ending {
        unreachable(phase, "protocolError", " sent more than 256 KiB before it let anybody in")
    }

    private static func late(_ phase: String) -> Ending {
        unreachable(phase, "protocolError", " sent more than 4 MiB that nobody asked for")
    }

    /// Of a type that no message has.
    private static func junk(_ count: Int) -> [UInt8] { [200] + [UInt8](repeating: 120, count: count) }

    /// A version line, a KEXINIT that would do, and then nothing but this packet.
    private static func flood(_ payload: [UInt8]) throws -> SweptHost {
        var padding = 8 - (payload.count + 5) % 8
        if padding < 4 { padding += 8 }
        var writer = WireWriter()
        writer.string([UInt8(padding)] + payload + [UInt8](repeating: 0, count: padding))
        let packets = (0..<max(1, 60_000 / writer.bytes.count)).flatMap { _ in writer.bytes }
        return try peer { wire in
            wire.send("SSH-2.0-x\r\n")
            wire.send(ClearPackets.keyExchangeInit(.ordinary))
            while wire.send(packets) {}
        }
    }
}
