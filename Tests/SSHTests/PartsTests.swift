import Glibc
import Testing

@testable import SSH

struct PartsTests {
    @Test func `deadlines come up in order`() {
        var heap = DeadlineHeap()
        let times: [UInt64] = [5, 3, 9, 1, 7, 3, 8, 2, 6, 4, 0]
        for (index, time) in times.enumerated() {
            heap.push(.init(time: time, token: SlotToken(index: UInt32(index), generation: 0)))
        }
        var out: [UInt64] = []
        while let first = heap.popFirst() { out.append(first.time) }
        #expect(out == times.sorted())
    }

    @Test func `a token survives the trip through epoll`() {
        let token = SlotToken(index: 0xdead_beef, generation: 0xfeed_f00d)
        #expect(SlotToken(bits: token.bits) == token)
        #expect(token.bits == 0xfeed_f00d_dead_beef)
    }

    @Test func `a queue keeps its order over its moves`() {
        var queue = Queue<Int>()
        var out: [Int] = []
        for number in 0..<200 {
            queue.append(number)
            if number % 3 == 0, let first = queue.popFirst() { out.append(first) }
        }
        #expect(queue.removeAll { $0 == 199 } == [199])
        while let first = queue.popFirst() { out.append(first) }
        #expect(out == Array(0..<199))
        #expect(queue.isEmpty)
    }

    @Test(
        arguments: [
            ("", []), ("AA==", [0]), ("AAE=", [0, 1]), ("AAEC", [0, 1, 2]), ("////", [255, 255, 255]), ("AA", nil),
            ("A===", nil), ("AA=A", nil), ("AA==AAAA", nil), ("AA\n=", nil), ("====", nil),
        ] as [(String, [UInt8]?)])
    func `reads base64 strictly`(text: String, bytes: [UInt8]?) {
        #expect(Base64.decode(text.utf8) == bytes)
        if let bytes { #expect(Base64.encode(bytes) == text) }
    }

    @Test func `writes mpints by RFC 4251`() {
        // The examples of section 5, without the negative ones.
        func mpint(_ magnitude: [UInt8]) -> [UInt8] {
            var writer = WireWriter()
            writer.mpint(magnitude)
            return writer.bytes
        }
        #expect(mpint([0]) == [0, 0, 0, 0])
        #expect(
            mpint([0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7]) == [
                0, 0, 0, 8, 0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7,
            ])
        #expect(mpint([0, 0x80]) == [0, 0, 0, 2, 0, 0x80])
    }

    @Test func `never reads past the end`() {
        var reader = WireReader([0xff, 0xff, 0xff, 0xff, 1])
        #expect(reader.string() == nil)
        reader = WireReader([0, 0, 0])
        #expect(reader.uint32() == nil)
        reader = WireReader([0, 0, 0, 1, 65])
        #expect(reader.text() == "A")
        #expect(reader.isAtEnd)
    }

    @Test(arguments: [
        (ECONNREFUSED, SSHFailureReason.connectionRefused), (EHOSTUNREACH, .hostUnreachable),
        (ENETUNREACH, .hostUnreachable), (EPERM, .hostUnreachable), (ETIMEDOUT, .timedOut),
        (EMFILE, .descriptorsExhausted), (ENFILE, .descriptorsExhausted), (EADDRNOTAVAIL, .portsExhausted),
        (ENOBUFS, .outOfMemory),
    ])
    func `names what connect says`(code: Int32, reason: SSHFailureReason) {
        #expect(Dialer(addresses: [], port: 22, firstKept: .max).reason(for: code) == reason)
    }

    @Test func `offers nothing weak`() throws {
        let all = Algorithms(
            keyExchange: ["diffie-hellman-group14-sha1", "ecdh-sha2-nistp256", "curve25519-sha256", "ext-info-c"],
            hostKey: ["ssh-rsa", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-256", "ssh-dss", "ssh-ed25519"],
            cipher: ["aes256-cbc", "3des-cbc", "aes256-ctr", "arcfour", "chacha20-poly1305@openssh.com"],
            mac: ["hmac-md5", "hmac-sha1-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512-etm@openssh.com"])
        #expect(
            all.withoutWeakOnes
                == Algorithms(
                    keyExchange: ["curve25519-sha256", "ecdh-sha2-nistp256", "ext-info-c"],
                    hostKey: ["ssh-ed25519", "rsa-sha2-256"],
                    cipher: ["aes256-ctr", "chacha20-poly1305@openssh.com"],
                    mac: ["hmac-sha2-256", "hmac-sha2-512-etm@openssh.com"]))
        try SSHLibrary.initialise()
        let loaded = try #require(SSHLibrary.algorithms)
        #expect(loaded.keyExchange.contains("curve25519-sha256"))
        #expect(loaded.hostKey.contains("ssh-ed25519"))
        #expect(loaded.cipher.contains("aes256-ctr"))
        #expect(loaded.mac.contains("hmac-sha2-256"))
    }

    @Test(.enabled(if: !SSHLibrary.signsRSAWithSHA2))
    func `announces RSA by its SHA-2 name to OpenSSH only where the library is old`() throws {
        let rsa = try PrivateKey(path: TestKeys.get().user("rsa"))
        var offers = KeyOffers([Identity(rsa)])
        let toOpenSSH = offers.advance(serverBanner: "SSH-2.0-OpenSSH_9.2p1 Debian-2")
        #expect(toOpenSSH)
        var reader = WireReader(offers.current?.blob ?? [])
        #expect(reader.text() == "rsa-sha2-512")
        #expect(Array(reader.bytes) == Array(rsa.publicKey.blob.dropFirst(11)))
        offers = KeyOffers([Identity(rsa)])
        let toOther = offers.advance(serverBanner: "SSH-2.0-dropbear_2022.83")
        #expect(!toOther)
        #expect(offers.current == nil)
        let other = try PrivateKey(path: TestKeys.get().user("ed25519"))
        offers = KeyOffers([Identity(rsa), Identity(other)])
        let toOtherWithTwo = offers.advance(serverBanner: "SSH-2.0-dropbear_2022.83")
        #expect(toOtherWithTwo)
        #expect(offers.current?.blob == other.publicKey.blob)
        offers.refuseCurrent()
        let afterRefusal = offers.advance(serverBanner: nil)
        #expect(!afterRefusal)
        #expect(
            offers.refusedText == "ssh-ed25519 \(other.fingerprint) (\(other.name)); not offered: ssh-rsa "
                + "\(rsa.fingerprint) (\(rsa.name)): libssh2 \(SSHLibrary.version) cannot sign with SHA-2 for an RSA key "
                + "on this server (SSH-2.0-dropbear_2022.83)")
    }

    /// What libssh2 1.11 asks for where the server names no better algorithm.
    @Test func `nothing is signed with SHA-1, neither here nor by an agent`() throws {
        let key = try PrivateKey(path: TestKeys.get().user("rsa"))
        let agent = try ScriptedAgent { _, wire in
            if !wire.read().isEmpty { Issue.record("the agent was asked") }
        }
        let held = try #require(
            Identity(AgentKey(publicKey: key.publicKey, comment: "held"), in: try agent.client()))
        func written(_ texts: [[UInt8]]) -> [UInt8] {
            var writer = WireWriter()
            for text in texts { writer.string(text) }
            return writer.bytes
        }
        let request =
            written([[UInt8](repeating: 7, count: 32)]) + [50]
            + written([Array("root".utf8), Array("ssh-connection".utf8), Array("publickey".utf8)]) + [1]
            + written([Array("ssh-rsa".utf8), key.publicKey.blob])
        for identity in [Identity(key), held] {
            var offers = KeyOffers([identity])
            let hasOffer = offers.advance(serverBanner: "SSH-2.0-OpenSSH_9.2p1")
            let current = try #require(hasOffer ? offers.current : nil)
            let answer = request.withUnsafeBufferPointer(current.request.sign)
            guard case .failed = answer else {
                Issue.record("\(answer)")
                continue
            }
            let asksAgent = current.request.askAgent(begins: {}, completion: { _ in })
            #expect(!asksAgent)
            offers.refuseCurrent()
            #expect(!offers.anyWasRefused)
            #expect(
                offers.unusableText
                    == "\(identity.text): the server takes no signature of an RSA key but SHA-1's, which is never made")
        }
    }

    @Test(arguments: [
        (ECONNREFUSED, "10.0.0.1", SSHFailureReason.connectionRefused), (EHOSTUNREACH, "10.0.0.1", .hostUnreachable),
        (ENETUNREACH, "10.0.0.1", .hostUnreachable), (EACCES, "10.0.0.1", .hostUnreachable),
        (EADDRNOTAVAIL, "10.0.0.1", .portsExhausted), (EADDRNOTAVAIL, "2001:db8::1", .hostUnreachable),
        (EMFILE, "10.0.0.1", .descriptorsExhausted), (ENFILE, "10.0.0.1", .descriptorsExhausted),
        (ENOMEM, "10.0.0.1", .outOfMemory), (ENOBUFS, "10.0.0.1", .outOfMemory), (ENOSPC, "10.0.0.1", .outOfMemory),
        (ETIMEDOUT, "10.0.0.1", .timedOut), (EIO, "10.0.0.1", .connectionLost),
    ])
    func `what the system says of a connection is told apart`(
        code: Int32, address: String, reason: SSHFailureReason
    ) throws {
        let place = try #require(SocketAddress(literal: address, port: 22))
        var dialer = Dialer(addresses: [place], port: 22, firstKept: 0)
        // No descriptor is free for it, so that nothing is sent.
        let attempt = dialer.next()
        guard case .failed(EMFILE) = attempt else {
            Issue.record("\(attempt as Any)")
            return
        }
        #expect(dialer.reason(for: code) == reason)
    }

    /// By libssh2's numbers.
    @Test(
        arguments: [
            (-1, SSHFailureReason.replyLost), (-6, .outOfMemory), (-9, .timedOut), (-13, .connectionLost),
            (-7, .connectionLost), (-43, .connectionLost), (-14, .protocolError), (-4, .protocolError),
        ] as [(Int32, SSHFailureReason)])
    func `what libssh2 says is told apart`(code: Int32, reason: SSHFailureReason) {
        #expect(Session.Failure(code: code, message: "").reason == reason)
    }

    struct Negotiation: Sendable {
        /// Key exchange, host key, ciphers to the server and back, MACs to the server and back.
        var server: [String]
        var mismatch: String?
    }

    @Test(arguments: [
        Negotiation(server: ["k1", "h1", "c1-ctr", "c1-ctr", "m1", "m1"], mismatch: nil),
        Negotiation(server: ["x,k1", "x,h1", "x,c1-ctr", "c1-ctr,x", "m1", "x,m1"], mismatch: nil),
        Negotiation(server: ["x", "x", "x", "x", "x", "x"], mismatch: "key exchange methods"),
        Negotiation(server: ["ext-info-c", "h1", "c1-ctr", "c1-ctr", "m1", "m1"], mismatch: "key exchange methods"),
        Negotiation(server: ["k1", "x", "c1-ctr", "c1-ctr", "m1", "m1"], mismatch: "host key algorithms"),
        Negotiation(server: ["k1", "h1", "x", "c1-ctr", "m1", "m1"], mismatch: "ciphers"),
        Negotiation(server: ["k1", "h1", "c1-ctr", "x", "m1", "m1"], mismatch: "ciphers"),
        Negotiation(server: ["k1", "h1", "c1-ctr", "c1-ctr", "x", "m1"], mismatch: "MACs"),
        Negotiation(server: ["k1", "h1", "c1-ctr", "c1-ctr", "m1", ""], mismatch: "MACs"),
        Negotiation(server: ["k1", "h1", "c2-gcm@openssh.com", "c2-gcm@openssh.com", "", ""], mismatch: nil),
        Negotiation(server: ["k1", "h1", "c2-gcm@openssh.com,c1-ctr", "c1-ctr", "x", "m1"], mismatch: "MACs"),
    ])
    func `names the first list without a common entry`(test: Negotiation) throws {
        let client = Algorithms(
            keyExchange: ["k1", "ext-info-c"], hostKey: ["h1"], cipher: ["c1-ctr", "c2-gcm@openssh.com"], mac: ["m1"])
        var payload: [UInt8] = [8, 20] + [UInt8](repeating: 0, count: 16)
        for list in test.server {
            var writer = WireWriter()
            writer.string(list.utf8)
            payload += writer.bytes
        }
        var packet = WireWriter()
        packet.string(payload)
        let transcript = Array("SSH-2.0-x\r\n".utf8) + packet.bytes
        let offer = try #require(KeyExchangeOffer(transcript: transcript))
        #expect(offer.mismatch(with: client)?.list == test.mismatch)
        for length in 0..<transcript.count { #expect(KeyExchangeOffer(transcript: transcript.prefix(length)) == nil) }
    }

    @Test func `shares the gates and leaves descriptors to the rest of the program`() {
        var limits = SSHLimits()
        limits.connecting = 100
        limits.handshaking = 10
        limits.connected = 300
        let wide = limits.share(ofLanes: 2)
        #expect([wide.connecting, wide.handshaking, wide.connected] == [50, 5, 150])
        let many = limits.share(ofLanes: 400)
        #expect([many.connecting, many.handshaking, many.connected] == [1, 1, 1])
        #expect(OpenFiles(limit: 20_000, inUse: 12).left(lanes: 2) == 20_000 - 12 - 4 - 160)
        #expect(OpenFiles(limit: 1024, inUse: 12).left(lanes: 2) == 1024 - 12 - 4 - 64)
        #expect([1024, 4095, 4096].map { OpenFiles(limit: $0, inUse: 12).names } == [32, 32, 128])
        #expect(OpenFiles(limit: 40, inUse: 12).left(lanes: 2) == 12)
        #expect(OpenFiles(limit: 10, inUse: 12).left(lanes: 4) == 4)
    }

    @Test func `a host gets none of the last descriptors`() {
        let address = [SocketAddress(literal: "127.0.0.1", port: 9)].compactMap { $0 }
        #expect(OpenFiles(limit: 1024, inUse: 12).firstKept == 1016)
        // Numbers below are taken by standard input, output and error.
        var dialer = Dialer(addresses: address, port: 9, firstKept: 3)
        guard case .failed(EMFILE) = dialer.next() else {
            Issue.record("it got one")
            return
        }
    }

    @Test(
        arguments: [
            (Duration.seconds(2), 2_000_000_000), (.milliseconds(1), 1_000_000), (.zero, 0), (.seconds(-1), 0),
            (.seconds(Int64.max), UInt64(Int64.max)),
        ] as [(Duration, UInt64)])
    func `holds durations within range`(duration: Duration, nanoseconds: UInt64) {
        #expect(duration.clampedNanoseconds == nanoseconds)
    }

    @Test func `the clock stands still while it is stopped`() {
        var clock = PhaseClock(hostLimit: .nanoseconds(100), now: 1000)
        clock.enter(.handshake, limit: .nanoseconds(50), now: 1010)
        #expect(clock.deadline == 1060)
        clock.stop(now: 1020)
        #expect(clock.deadline == .max)
        clock.resume(now: 5020)
        #expect(clock.deadline == 5060)
        clock.enter(.read, limit: .nanoseconds(500), now: 5030)
        #expect(clock.deadline == 5100)
        let times = clock.finish(now: 5040)
        #expect(times.handshake == .nanoseconds(20))
        #expect(times.read == .nanoseconds(10))
        #expect(times.total == .nanoseconds(4040))
    }

    @Test func `peer text is printable, one line and short`() {
        #expect(PeerText.printable("a\u{1b}[0m\nb\u{7f}é".utf8) == "a?[0m?b???")
        #expect(PeerText.printable(String(repeating: "x", count: 999).utf8, limit: 5) == "xxxxx")
    }

    @Test func `a host key type that could break a shell line is no key`() {
        var writer = WireWriter()
        writer.string("ssh-x'; rm -rf ~; '".utf8)
        #expect(HostKey(blob: writer.bytes) == nil)
    }
}
