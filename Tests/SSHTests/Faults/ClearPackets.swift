@testable import SSH

/// Packets of the part of the protocol that is not encrypted (RFC 4253 §6, §7.1).
enum ClearPackets {
    /// The ten name-lists of a KEXINIT, in its order.
    struct Lists: Equatable {
        var names: [[String]]

        /// What any client of ours has in common with an ordinary server.
        static let ordinary = Lists(names: [
            ["curve25519-sha256", "ecdh-sha2-nistp256"], ["ssh-ed25519"], ["aes128-ctr"], ["aes128-ctr"],
            ["hmac-sha2-256"], ["hmac-sha2-256"], ["none"], ["none"], [], [],
        ])

        func replacing(_ list: Int, with name: String) -> Lists {
            var lists = self
            lists.names[list] = [name]
            return lists
        }
    }

    static func keyExchangeInit(_ lists: Lists) -> [UInt8] {
        var payload: [UInt8] = [20] + [UInt8](repeating: 7, count: 16)
        for names in lists.names {
            var writer = WireWriter()
            writer.string(names.joined(separator: ",").utf8)
            payload += writer.bytes
        }
        payload += [0, 0, 0, 0, 0]
        let padding = 8 - (payload.count + 5) % 8 + 8
        var writer = WireWriter()
        writer.uint32(UInt32(payload.count + padding + 1))
        return writer.bytes + [UInt8(padding)] + payload + [UInt8](repeating: 0, count: padding)
    }

    /// The payloads of whole packets.
    static func payloads(_ stream: some Collection<UInt8>) -> [[UInt8]] {
        var reader = WireReader(Array(stream))
        var payloads: [[UInt8]] = []
        while let packet = reader.string().map(Array.init) {
            guard let padding = packet.first, packet.count > Int(padding) else { break }
            payloads.append(Array(packet[1..<(packet.count - Int(padding))]))
        }
        return payloads
    }
}
