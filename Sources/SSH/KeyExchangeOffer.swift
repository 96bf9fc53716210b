/// What a server offers in its KEXINIT (RFC 4253 §7.1), which it sends in the clear. libssh2 reports a failed
/// negotiation without saying of what.
struct KeyExchangeOffer: Equatable {
    var keyExchange: [String]
    var hostKey: [String]
    var cipherToServer: [String]
    var cipherToClient: [String]
    var macToServer: [String]
    var macToClient: [String]

    /// Bytes of the clear text that are kept to look for it: the version line and the largest packet that a server has to
    /// take, and so may send (RFC 4253 §6.1).
    static let transcriptLimit = 256 + 35_000

    /// `transcript` starts with the version line. Nil where the packet is not whole or not a KEXINIT.
    init?(transcript: some Collection<UInt8>) {
        guard let newline = transcript.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var stream = WireReader(transcript[transcript.index(after: newline)...])
        guard let packet = stream.string() else { return nil }
        var reader = WireReader(packet)
        guard reader.byte() != nil, reader.byte() == 20, reader.take(16) != nil else { return nil }
        var lists: [[String]] = []
        for _ in 0..<6 {
            guard let list = reader.string() else { return nil }
            lists.append(
                list.split(separator: UInt8(ascii: ",")).prefix(64).map { PeerText.printable($0, limit: 64) })
        }
        keyExchange = lists[0]
        hostKey = lists[1]
        cipherToServer = lists[2]
        cipherToClient = lists[3]
        macToServer = lists[4]
        macToClient = lists[5]
    }

    struct Mismatch: Equatable {
        /// In words, such as "ciphers".
        var list: String
        var client: [String]
        var server: [String]

        /// `knowsHost`: the host key algorithms were held to the types that known_hosts has for the host.
        func failure(knowsHost: Bool) -> SSHFailure {
            var hint = "allow one of these on the server: \(client.joined(separator: ", "))"
            if list == Self.hostKeyList, knowsHost {
                hint = "known_hosts has other key types for this host than it offers: verify and add the key it offers"
            } else if !SSHLibrary.signsRSAWithSHA2 {
                hint += "; or use libssh2 1.11 or newer, which has more"
            }
            return SSHFailure(
                phase: .handshake, reason: .algorithmsDoNotMatch,
                detail: "no common \(list): the server has \(server.joined(separator: ", ")); "
                    + "libssh2 \(SSHLibrary.version) was allowed \(client.joined(separator: ", "))",
                hint: hint)
        }

        fileprivate static let hostKeyList = "host key algorithms"
    }

    /// The first list without a common entry.
    func mismatch(with client: Algorithms) -> Mismatch? {
        func check(_ list: String, _ client: [String], _ server: [String]) -> Mismatch? {
            client.contains(where: server.contains) ? nil : Mismatch(list: list, client: client, server: server)
        }
        // An AEAD cipher brings its own integrity; the MAC list is then not used (RFC 5647 §5.1).
        func macs(_ server: [String], with ciphers: [String]) -> Mismatch? {
            let chosen = client.cipher.first(where: ciphers.contains) ?? ""
            let isAEAD = chosen.contains("-gcm") || chosen.hasPrefix("chacha20-")
            return isAEAD ? nil : check("MACs", client.mac, server)
        }
        // Two that are signals, not methods (RFC 8308 §2.1, OpenSSH's PROTOCOL).
        func methods(_ names: [String]) -> [String] {
            names.filter { !$0.hasPrefix("ext-info") && !$0.hasPrefix("kex-strict") }
        }
        return check("key exchange methods", methods(client.keyExchange), methods(keyExchange))
            ?? check(Mismatch.hostKeyList, client.hostKey, hostKey)
            ?? check("ciphers", client.cipher, cipherToServer)
            ?? check("ciphers", client.cipher, cipherToClient)
            ?? macs(macToServer, with: cipherToServer)
            ?? macs(macToClient, with: cipherToClient)
    }
}
