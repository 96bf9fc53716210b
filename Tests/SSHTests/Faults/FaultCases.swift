import Glibc
import Hardening
import SSH

extension Fault {
    static let all = beforeSession + session + output + floods

    private static let beforeSession = [
        Fault(.connectionRefused, "nothing listens", unreachable("connect", "connectionRefused", "refused")) {
            var host = try peer { _ in }
            host.port = try Loopback.freePort("127.0.0.1")
            return host
        },
        Fault(
            .blackHole, "no answer to the SYN",
            unreachable("connect", "timedOut", "no answer to the connection request within 2.0 s"), host: blackHole),
        Fault(.reset, "at once", unreachable("handshake", "throttled", "before its version line")) {
            try peer { $0.reset() }
        },
        Fault(.reset, "in the key exchange", unreachable("handshake", "connectionLost")) {
            try peer {
                $0.send("SSH-2.0-x\r\n")
                $0.read()
                $0.reset()
            }
        },
        Fault(.silence, "from the first byte", unreachable("handshake", "timedOut", "no SSH version line came")) {
            try peer { $0.wait() }
        },
        Fault(.silence, "after the banner", unreachable("handshake", "timedOut", "the key exchange did not end")) {
            try peer {
                $0.send("SSH-2.0-x\r\n")
                $0.wait()
            }
        },
        Fault(.oneByteASecond, "from the banner on", unreachable("handshake", "timedOut", "no SSH version line came")) {
            try relayed { try CuttingRelay(to: $0, pause: 1_000_000) }
        },
        Fault(
            .oneByteASecond, "in the key exchange",
            unreachable("handshake", "timedOut", "the key exchange did not end")
        ) {
            try peer { wire in
                wire.send("SSH-2.0-x\r\n")
                for byte in ClearPackets.keyExchangeInit(.ordinary) {
                    guard wire.send([byte]) else { return }
                    usleep(1_000_000)
                }
            }
        },
        Fault(.endlessBanner, "lines", unreachable("handshake", "protocolError", "no SSH version line")) {
            try peer { wire in while wire.send("maintenance tonight\r\n") {} }
        },
        Fault(.endlessBanner, "one line", unreachable("handshake", "protocolError", "no SSH version line")) {
            try peer { wire in while wire.send([UInt8](repeating: 65, count: 1000)) {} }
        },
        Fault(.closedBeforeBanner, "silently", unreachable("handshake", "throttled")) { try peer { _ in } },
        Fault(
            .closedBeforeBanner, "with sshd's words",
            unreachable("handshake", "throttled", "it said: Not allowed at this time")
        ) { try peer { $0.send("Not allowed at this time\r\n") } },
        Fault(
            .closedBeforeBanner, "within the version line",
            unreachable("handshake", "connectionLost", "it said: SSH-2.0-Open")
        ) { try peer { $0.send("SSH-2.0-Open") } },
    ]

    /// The list of the peer's KEXINIT that holds one name nobody has, by its number there, and its name in the failure.
    private static func foreign(_ list: Int, _ words: String) -> Fault {
        Fault(
            .noCommonAlgorithm, words,
            unreachable(
                "handshake", "algorithmsDoNotMatch",
                "no common \(words): the server has nobody@has.this; libssh2 \(SSHLibrary.version) was allowed ")
        ) {
            try peer { wire in
                wire.send("SSH-2.0-x\r\n")
                wire.send(ClearPackets.keyExchangeInit(.ordinary.replacing(list, with: "nobody@has.this")))
                wire.wait()
            }
        }
    }

    private static let session = [
        foreign(0, "key exchange methods"), foreign(1, "host key algorithms"), foreign(2, "ciphers"),
        foreign(3, "ciphers"), foreign(4, "MACs"), foreign(5, "MACs"),
        Fault(
            .noCommonAlgorithm, "in lists of 30 KB",
            unreachable(
                "handshake", "algorithmsDoNotMatch", "no common MACs: the server has hmac-of-nobody@has.this; libssh2 ")
        ) {
            try peer { wire in
                let many = (0..<600).map { "a-key-exchange-that-nobody-has-ever-heard-of-\($0)" }
                var lists = ClearPackets.Lists.ordinary.replacing(5, with: "hmac-of-nobody@has.this")
                lists.names[0] = ["curve25519-sha256"] + many
                wire.send("SSH-2.0-x\r\n")
                wire.send(ClearPackets.keyExchangeInit(lists))
                wire.wait()
            }
        },
        Fault(
            .noCommonAlgorithm, "a real server",
            unreachable(
                "handshake", "algorithmsDoNotMatch",
                "no common key exchange methods: the server has sntrup761x25519-sha512@openssh.com; libssh2 ")
        ) { try .good(mark, options: ["KexAlgorithms sntrup761x25519-sha512@openssh.com"]) },
        Fault(.wrongHostKey, "changed", unreachable("hostKey", "hostKeyChanged", "expects ssh-ed25519 SHA256:")) {
            var host = try SweptHost.good(mark)
            host.hostKey = try TestKeys.get().workshop.publicKey(TestKeys.get().stranger)
            return host
        },
        Fault(.wrongHostKey, "unknown", unreachable("hostKey", "hostKeyUnknown", "no known_hosts line names")) {
            var host = try SweptHost.good(mark)
            host.hostKey = nil
            return host
        },
        Fault(
            .authenticationRefused, "the key is not authorized",
            unreachable("authenticate", "authenticationRejected", "the server refused user audit with ssh-ed25519")
        ) { try .good(mark, options: ["AuthorizedKeysFile none"]) },
        Fault(
            .authenticationRefused, "there is no such account",
            unreachable("authenticate", "authenticationRejected", "the server refused user nobody-here with")
        ) {
            var host = try SweptHost.good(mark)
            host.user = "nobody-here"
            return host
        },
        Fault(
            .accountExpired, "by PAM, behind an accepted key",
            unreachable("authenticate", "accountRefused", "after it had accepted user root")
        ) {
            // The eighth field is the day on which the account ends.
            var host = try SweptHost(Server(options: ["UsePAM yes"], shadow: "root:*:19000:0:99999:7::1:\n"))
            host.user = "root"
            return host
        },
        Fault(
            .oneByteASecond, "in answer to the key",
            unreachable("authenticate", "timedOut", "did not answer the authentication within 5.0 s")
        ) {
            try serverSide { server in
                if let question = server.awaitSignIn() { server.trickle(question) }
            }
        },
        Fault(
            .oneByteASecond, "in answer to the command",
            unreachable("execute", "timedOut", "did not start the command within 5.0 s")
        ) {
            try serverSide { server in
                guard server.letIn(), server.openChannel(), server.receive() != nil else { return }
                server.trickle([99, 0, 0, 0, 0])
            }
        },
        Fault(.forcedCommand, "no session at all", unreachable("execute", "commandRefused")) {
            try .good(mark, options: ["MaxSessions 0"])
        },
    ]

    private static let output = [
        Fault(.forcedCommand, "it prints something else", unreadable("notAListing", "line 1 is: backup done")) {
            try forcing("echo backup done")
        },
        Fault(.forcedCommand, "it prints nothing", unreadable("emptyOutput")) { try forcing("exit 0") },
        Fault(.forcedCommand, "a shell that lets nobody in", unreadable("notAListing", "not available")) {
            let account = try Account(shell: "/usr/sbin/nologin")
            return try SweptHost(account.server(), also: [account])
        },
        Fault(.forcedCommand, "a listing that nobody was told to expect", .cut("cut: noEndMarker")) {
            try forcing("ROWS")
        },
        Fault(.forcedCommand, "a listing that was announced, whole", .whole) {
            var host = try forcing("ROWS")
            host.forcedCommand = true
            return host
        },
        Fault(.forcedCommand, "a listing that was announced and failed", .cut("cut: noEndMarker")) {
            var host = try forcing("ROWS; exit 1")
            host.forcedCommand = true
            return host
        },
        Fault(.noPS, "not in PATH", unreadable("commandFailed", "ps ended with status 127; it said: ")) {
            let account = try Account()
            return try SweptHost(account.server(options: ["SetEnv PATH=/nonexistent"]), also: [account])
        },
        Fault(.nonZeroExit, "without a listing", unreadable("commandFailed", "ps ended with status 3; it said: no")) {
            try withPS("echo no >&2; exit 3")
        },
        Fault(.nonZeroExit, "behind a listing", .cut("cut: commandFailed")) {
            try withPS("test $1 = -ef && ROWS; exit 1")
        },
        Fault(.exitSignal, "kills ps", .cut("cut: commandFailed")) {
            try withPS("test $1 = -ef && ROWS; kill -KILL $$")
        },
        Fault(.exitSignal, "kills the shell", .cut("cut: noEndMarker")) { try forcing("ROWS; kill -KILL $$") },
        Fault(.noEndMarker, "the output just ends", .cut("cut: noEndMarker")) { try forcing("ROWS; exit 0") },
        Fault(.noEndMarker, "the end is another one", .cut("cut: unreadableRows")) {
            try forcing(#"ROWS; printf '\nkubesweep-end status=0 \n\nkubesweep-end status=0\n'"#)
        },
        Fault(.endlessOutput, "of one word", unreadable("notAListing", "line 1 is: y")) { try forcing("exec yes") },
        Fault(.endlessOutput, "of rows", .cut("cut: outputLimit")) {
            try forcing("ROWS; exec yes 'root 9 1 0 10:14 ? 00:00:00 sleep 1'")
        },
        Fault(.endlessOutput, "a byte now and then", unreachable("read", "timedOut", "the output did not end; ")) {
            try forcing("while printf x; do sleep 1; done")
        },
        Fault(.endlessOutput, "that never begins", unreachable("read", "timedOut", "no byte of output came")) {
            try forcing("exec sleep 60")
        },
        Fault(.rekeying, "all the time", .whole) {
            let account = try Account()
            // Rows of 100 bytes: a megabyte, so a dozen new keys.
            let filler = String(repeating: WholeListing.row(99, String(repeating: "x", count: 60)), count: 2000)
            let listing = WholeListing(mark: mark)
            let path = try account.write(listing.rows + filler + WholeListing.marker, to: "listing")
            let options = ["ForceCommand cat '\(path)'", "RekeyLimit 16K"]
            return try SweptHost(account.server(options: options), also: [account])
        },
        Fault(.stderrFlood, "before the listing", .whole) {
            try withPS("yes nonsense | head -c 200000 >&2; ROWS")
        },
        Fault(.stderrFlood, "without end, behind the listing", .cut("cut: outputLimit")) {
            try forcing("ROWS; exec yes nonsense >&2")
        },
        Fault(.stderrFlood, "without end and nothing else", unreadable("emptyOutput", "it said: nonsense")) {
            try forcing("exec yes nonsense >&2")
        },
        Fault(.noisyProfile, "lines", .whole) {
            try withPS(
                "ROWS", shell: "/bin/bash",
                files: [
                    ".bashrc": #"""
                    echo "Welcome to $(hostname), authorised use only"; echo; echo "load 0.00 0.01 0.05" >&2
                    printf '\033[31mPID of the last login: 17\033[0m\n'
                    """#
                ])
        },
        Fault(.noisyProfile, "without a line end", unreadable("noHeader")) {
            try withPS(
                "ROWS", shell: "/bin/bash", files: [".bashrc": #"printf '\033]0;title\007'"#])
        },
        Fault(.noisyProfile, "what looks like rows", .cut("cut: unreadableRows")) {
            try withPS(
                "ROWS", shell: "/bin/bash",
                files: [".bashrc": "echo 'root 9 1 0 10:14 ? 00:00:00 kube-apiserver --profiling=false'"])
        },
        Fault(
            .hidepid, "hidepid=2",
            .fails(.hidden, phase: "evidence", reason: "hidden", detail: "its own processes only")
        ) { try hiding("hidepid=2") },
        Fault(
            .hidepid, "hidepid=1",
            .fails(.hidden, phase: "evidence", reason: "hidden", detail: "its own processes only")
        ) { try hiding("hidepid=1") },
        Fault(.hidepid, "the account is in the mount's group", .seen) { try hiding("hidepid=2,gid=\(Account.number)") },
    ]

    /// The real `ps` of this machine, whose processes are nobody's control plane.
    private static func hiding(_ option: String) throws -> SweptHost {
        let account = try Account()
        let mounts = ["mount -t proc -o \(option) proc /proc"]
        return try SweptHost(account.server(mounts: mounts), also: [account])
    }
}
