import CLibCrypto
import Glibc

@testable import SSH

/// The server's side of a session, as far as a script needs it: a real key exchange with one host key, and from then on
/// whatever packets are to be sent.
final class ServerSide {
    private let wire: ScriptedPeer.Wire
    private var arrived: [UInt8] = []
    private var taken = 0
    private var sentPackets: UInt32 = 0
    private var incoming: Keys?
    private var outgoing: Keys?

    /// AES-128 in counter mode and HMAC-SHA-256, in one direction.
    private final class Keys {
        let context: OpaquePointer
        let mac: [UInt8]

        init?(key: [UInt8], iv: [UInt8], mac: [UInt8]) {
            guard let context = EVP_CIPHER_CTX_new() else { return nil }
            self.context = context
            self.mac = mac
            // In counter mode both directions are the same.
            EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, iv)
        }

        deinit { EVP_CIPHER_CTX_free(context) }

        func crypt(_ bytes: [UInt8]) -> [UInt8] {
            var output = [UInt8](repeating: 0, count: bytes.count)
            var count: Int32 = 0
            EVP_EncryptUpdate(context, &output, &count, bytes, Int32(bytes.count))
            return output
        }

        func authenticate(_ number: UInt32, _ packet: [UInt8]) -> [UInt8] {
            var writer = WireWriter()
            writer.uint32(number)
            var output = [UInt8](repeating: 0, count: 32)
            var count: UInt32 = 0
            let message = writer.bytes + packet
            HMAC(EVP_sha256(), mac, Int32(mac.count), message, message.count, &output, &count)
            return output
        }
    }

    /// Exchanges keys; nil where the client does not go along.
    init?(_ wire: ScriptedPeer.Wire) {
        self.wire = wire
        guard exchangeKeys() else { return nil }
    }

    private func exchangeKeys() -> Bool {
        let version = "SSH-2.0-scripted"
        wire.send(version + "\r\n")
        let offer = ClearPackets.keyExchangeInit(.ordinary)
        wire.send(offer)
        sentPackets = 1
        guard let clientVersion = line(), let clientOffer = receive(), let request = receive(), request.first == 30,
            let (clientPoint, ownPoint, secret) = Self.agree(request),
            let key = try? PrivateKey(path: TestKeys.get().host("ed25519"))
        else { return false }
        var hashed = WireWriter()
        hashed.string(clientVersion)
        hashed.string(version.utf8)
        hashed.string(clientOffer)
        hashed.string(ClearPackets.payloads(offer)[0])
        hashed.string(key.publicKey.blob)
        hashed.string(clientPoint)
        hashed.string(ownPoint)
        hashed.mpint(secret)
        let hash = Digest.sha256(hashed.bytes)
        guard let signed = hash.withUnsafeBufferPointer(key.signer.signature) else { return false }
        var signature = WireWriter()
        signature.string(key.publicKey.type.utf8)
        signature.string(signed)
        var reply = WireWriter()
        reply.string(key.publicKey.blob)
        reply.string(ownPoint)
        reply.string(signature.bytes)
        send([31] + reply.bytes)
        send([21])
        guard receive() == [21] else { return false }
        func derived(_ letter: Character, _ count: Int) -> [UInt8] {
            var writer = WireWriter()
            writer.mpint(secret)
            return Array(Digest.sha256(writer.bytes + hash + [letter.asciiValue ?? 0] + hash).prefix(count))
        }
        incoming = Keys(key: derived("C", 16), iv: derived("A", 16), mac: derived("E", 32))
        outgoing = Keys(key: derived("D", 16), iv: derived("B", 16), mac: derived("F", 32))
        return true
    }

    /// Both points of X25519 and what they amount to.
    private static func agree(_ request: [UInt8]) -> (client: [UInt8], own: [UInt8], secret: [UInt8])? {
        var reader = WireReader(request.dropFirst())
        guard let client = reader.string().map(Array.init), client.count == 32,
            let own = newPoint(),
            let peer = EVP_PKEY_new_raw_public_key_ex(nil, "X25519", nil, client, client.count)
        else { return nil }
        defer {
            EVP_PKEY_free(own)
            EVP_PKEY_free(peer)
        }
        var point = [UInt8](repeating: 0, count: 32)
        var secret = point
        var count = 32
        guard let context = EVP_PKEY_CTX_new(own, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_get_raw_public_key(own, &point, &count) == 1, EVP_PKEY_derive_init(context) == 1,
            EVP_PKEY_derive_set_peer(context, peer) == 1, EVP_PKEY_derive(context, &secret, &count) == 1
        else { return nil }
        return (client, point, secret)
    }

    private static func newPoint() -> OpaquePointer? {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "X25519", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_generate(context, &key) == 1 else { return nil }
        return key
    }

    // MARK: Packets

    /// One packet; false where the client is gone.
    @discardableResult
    func send(_ payload: [UInt8]) -> Bool { wire.send(packet(payload)) }

    /// One packet, a byte a second.
    func trickle(_ payload: [UInt8]) {
        for byte in packet(payload) {
            guard wire.send([byte]) else { return }
            usleep(1_000_000)
        }
    }

    /// As it goes over the wire.
    func packet(_ payload: [UInt8]) -> [UInt8] {
        let block = outgoing == nil ? 8 : 16
        var padding = block - (payload.count + 5) % block
        if padding < 4 { padding += block }
        var writer = WireWriter()
        writer.uint32(UInt32(payload.count + padding + 1))
        let clear = writer.bytes + [UInt8(padding)] + payload + [UInt8](repeating: 0, count: padding)
        defer { sentPackets &+= 1 }
        guard let outgoing else { return clear }
        return outgoing.crypt(clear) + outgoing.authenticate(sentPackets, clear)
    }

    /// The next packet's payload; nil where the client is gone.
    func receive() -> [UInt8]? {
        guard let incoming else {
            guard let head = take(4), let length = head.length, let body = take(length) else { return nil }
            return Array(body[1..<(body.count - Int(body[0]))])
        }
        guard let head = take(16).map(incoming.crypt), let length = head.length,
            let rest = take(length + 4 - 16).map(incoming.crypt), take(32) != nil
        else { return nil }
        let body = head.dropFirst(4) + rest
        return Array(body.dropFirst().dropLast(Int(head[4])))
    }

    /// Up to the line end, without it.
    private func line() -> [UInt8]? {
        var line: [UInt8] = []
        while let byte = take(1) {
            if byte == [0x0a] { return line }
            if byte != [0x0d] { line += byte }
        }
        return nil
    }

    private func take(_ count: Int) -> [UInt8]? {
        while arrived.count - taken < count {
            let more = wire.read()
            if more.isEmpty { return nil }
            arrived += more
        }
        defer { taken += count }
        return Array(arrived[taken..<(taken + count)])
    }

    // MARK: The usual course

    /// Answers up to the request to sign in, which it returns.
    func awaitSignIn() -> [UInt8]? {
        var writer = WireWriter()
        writer.string("ssh-userauth".utf8)
        guard receive()?.first == 5, send([6] + writer.bytes) else { return nil }
        return receive()
    }

    /// Says that this key would do.
    func accept(_ request: [UInt8]) {
        var reader = WireReader(request.dropFirst())
        for _ in 0..<3 { _ = reader.string() }
        _ = reader.byte()
        send([60] + reader.bytes)
    }

    /// Lets in whoever asks; false where the client goes away.
    func letIn() -> Bool {
        guard let question = awaitSignIn() else { return false }
        accept(question)
        return receive()?.first == 50 && send([52])
    }

    /// Opens the client's channel, the number of which is 0 on both sides, with room for the command.
    func openChannel() -> Bool {
        guard receive()?.first == 90 else { return false }
        var writer = WireWriter()
        for number: UInt32 in [0, 0, 1 << 20, 32 << 10] { writer.uint32(number) }
        return send([91] + writer.bytes)
    }

    /// Begins the client's command; false where the client goes away before.
    func startCommand() -> Bool { letIn() && openChannel() && receive()?.first == 98 && send([99, 0, 0, 0, 0]) }

    /// Status 0, EOF and CLOSE.
    func endCommand() {
        var writer = WireWriter()
        writer.uint32(0)
        writer.string("exit-status".utf8)
        send([98] + writer.bytes + [0, 0, 0, 0, 0])
        send([96, 0, 0, 0, 0])
        send([97, 0, 0, 0, 0])
        while receive() != nil {}
    }

    static func data(_ text: String) -> [UInt8] {
        var writer = WireWriter()
        writer.uint32(0)
        writer.string(text.utf8)
        return [94] + writer.bytes
    }
}

extension [UInt8] {
    /// The number that they begin with.
    fileprivate var length: Int? {
        var reader = WireReader(self)
        return reader.uint32().map(Int.init)
    }
}
