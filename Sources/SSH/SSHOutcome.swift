/// How one target ended. Every submitted target gets exactly one.
package struct SSHOutcome: Sendable {
    /// The target's own number.
    package var id: Int
    package var result: Result<CommandOutput, SSHFailure>
    /// The key the host proved to hold; nil when the key exchange was not reached.
    package var hostKey: HostKey?
    /// The key was not in known_hosts and `acceptNew` let it pass; hand it to `KnownHostsFile.append`.
    package var hostKeyIsNew: Bool
    /// The identity that the server let in.
    package var identity: Identity?
    /// The address that was connected to, as text.
    package var peerAddress: String?
    /// The server's version line, made printable, such as "SSH-2.0-OpenSSH_9.2p1 Debian-2".
    package var serverBanner: String?
    package var times: PhaseTimes
    /// To be kept as long as the output's bytes are.
    package var hold: OutputHold?

    package init(
        id: Int, result: Result<CommandOutput, SSHFailure>, hostKey: HostKey? = nil, hostKeyIsNew: Bool = false,
        identity: Identity? = nil, peerAddress: String? = nil, serverBanner: String? = nil,
        times: PhaseTimes = PhaseTimes(), hold: OutputHold? = nil
    ) {
        self.id = id
        self.result = result
        self.hostKey = hostKey
        self.hostKeyIsNew = hostKeyIsNew
        self.identity = identity
        self.peerAddress = peerAddress
        self.serverBanner = serverBanner
        self.times = times
        self.hold = hold
    }
}

/// What the command said. A non-zero exit status is a result, not a failure.
package struct CommandOutput: Sendable, Equatable {
    package var stdout: [UInt8]
    /// The first bytes of standard error, at most `SSHLimits.stderrLimit`.
    package var stderr: [UInt8]
    /// Nil when none is known to have come. 0 is given only if the server closed the channel in order; even so,
    /// before libssh2#2516 a status of 0 cannot be told from none, so a listing needs its own end mark.
    package var exitStatus: Int32?
    /// Without "SIG", such as "KILL" (RFC 4254 §6.10).
    package var exitSignal: String?
    package var sawEOF: Bool
    package var sawClose: Bool
    /// The output went past `SSHLimits.outputLimit` and reading stopped there.
    package var isCut: Bool

    package init(
        stdout: [UInt8] = [], stderr: [UInt8] = [], exitStatus: Int32? = nil, exitSignal: String? = nil,
        sawEOF: Bool = false, sawClose: Bool = false, isCut: Bool = false
    ) {
        self.stdout = stdout
        self.stderr = stderr
        self.exitStatus = exitStatus
        self.exitSignal = exitSignal
        self.sawEOF = sawEOF
        self.sawClose = sawClose
        self.isCut = isCut
    }
}

/// How long each phase took; zero for those not reached.
package struct PhaseTimes: Sendable, Equatable {
    package var resolve: Duration = .zero
    package var proxy: Duration = .zero
    package var connect: Duration = .zero
    package var handshake: Duration = .zero
    package var authenticate: Duration = .zero
    package var execute: Duration = .zero
    package var read: Duration = .zero
    package var close: Duration = .zero
    /// From the start of the attempt, waiting for gates included.
    package var total: Duration = .zero
    /// Of that, waiting for a gate of this program.
    package var held: Duration = .zero

    package init() {}

    mutating func add(_ nanoseconds: UInt64, to phase: SSHPhase) {
        let time = Duration.nanoseconds(Int64(clamping: nanoseconds))
        switch phase {
        case .waiting, .hostKey: break
        case .resolve: resolve += time
        case .proxy: proxy += time
        case .connect: connect += time
        case .handshake: handshake += time
        case .authenticate: authenticate += time
        case .execute: execute += time
        case .read: read += time
        case .close: close += time
        }
    }
}
