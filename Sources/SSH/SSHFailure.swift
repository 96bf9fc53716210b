/// Why a host gave no output. Everything here is safe to print: text from the peer has been made printable and short.
package struct SSHFailure: Error, Sendable, Equatable {
    package var phase: SSHPhase
    package var reason: SSHFailureReason
    /// What happened, in words; one line.
    package var detail: String
    /// What to do about it; may be several lines when it shows commands.
    package var hint: String
    /// The session with the bastion was lost: the host has done nothing wrong.
    package var wasCutOff = false

    package init(phase: SSHPhase, reason: SSHFailureReason, detail: String, hint: String? = nil) {
        self.phase = phase
        self.reason = reason
        self.detail = detail
        self.hint = hint ?? reason.hint
    }
}

/// Where in a host's path the engine was. Raw values are part of the JSON report.
package enum SSHPhase: String, Sendable, CaseIterable {
    /// Waiting for a free place; nothing was sent.
    case waiting
    case resolve
    /// Opening the way through a bastion or proxy command, up to the host's first words.
    case proxy
    case connect
    /// Version banner and key exchange.
    case handshake
    case hostKey
    case authenticate
    /// Opening the channel and asking for the command.
    case execute
    case read
    /// Waiting for the server's CLOSE after its EOF.
    case close
}

/// The closed list of how a host can fail. Raw values are part of the JSON report.
package enum SSHFailureReason: String, Sendable, CaseIterable {
    /// The address answered that nothing listens on the port.
    case connectionRefused
    /// No route, or a local firewall refused to send.
    case hostUnreachable
    /// The phase's limit, or the whole host's, ran out.
    case timedOut
    /// The name service says that there is no such name.
    case nameNotFound
    /// The name service itself failed; the name may well exist.
    case nameServiceFailed
    /// No known_hosts line names this host.
    case hostKeyUnknown
    /// known_hosts has another key for this host.
    case hostKeyChanged
    /// The key shown carries a `@revoked` mark.
    case hostKeyRevoked
    /// The host is known only through `@cert-authority`, which libssh2 cannot verify.
    case hostKeyAuthorityUnsupported
    /// Client and server share no algorithm for one of the lists of RFC 4253 §7.1.
    case algorithmsDoNotMatch
    /// The server refused every key.
    case authenticationRejected
    /// The server accepted a key and yet let nobody in: the account is expired, locked out or denied by PAM.
    case accountRefused
    /// The server accepted a key that the agent did not sign for.
    case agentFailed
    /// No key could be used at all with this library and server.
    case keyUnusable
    /// The server refused the channel or the exec request.
    case commandRefused
    /// The connection ended in the middle.
    case connectionLost
    /// The server closed before, or instead of, its version banner: MaxStartups, PerSourcePenalties or a full backlog.
    case throttled
    /// The peer does not speak SSH 2, or broke its rules.
    case protocolError
    /// The bastion is down, unknown or lets nobody in; no host behind it can be reached.
    case bastionUnreachable
    /// The bastion forbids connections to this host.
    case forwardingRefused
    /// The proxy command could not be started, ended early or led to something that speaks no SSH.
    case proxyFailed
    /// libssh2 lost a reply in non-blocking mode (libssh2#671); a new attempt usually works.
    case replyLost
    case cancelled
    /// This process or system has no file descriptor left.
    case descriptorsExhausted
    /// This system has no local port left for the destination.
    case portsExhausted
    case outOfMemory
    /// The target itself cannot be used: an empty name, no key, a NUL byte.
    case targetInvalid

    /// Whether a fresh attempt may end differently without anybody changing anything. A refused connection may: an sshd
    /// that is started anew refuses for a moment.
    package var mayPassLater: Bool {
        switch self {
        case .connectionRefused, .timedOut, .nameServiceFailed, .connectionLost, .throttled, .replyLost,
            .descriptorsExhausted, .portsExhausted, .outOfMemory, .proxyFailed:
            true
        case .hostUnreachable, .nameNotFound, .hostKeyUnknown, .hostKeyChanged, .hostKeyRevoked,
            .hostKeyAuthorityUnsupported, .algorithmsDoNotMatch, .authenticationRejected, .accountRefused,
            .agentFailed, .keyUnusable, .commandRefused, .protocolError, .bastionUnreachable, .forwardingRefused,
            .cancelled, .targetInvalid:
            false
        }
    }

    /// General advice; a failure may carry a more exact one.
    package var hint: String {
        switch self {
        case .connectionRefused: "check that sshd runs and listens on this port"
        case .hostUnreachable: "check the route and the firewalls between here and the host"
        case .timedOut: "check that the host is up and that no firewall drops packets, or raise this phase's limit"
        case .nameNotFound: "check the spelling, or give the host an address in the inventory"
        case .nameServiceFailed: "check the resolver, or give the host an address in the inventory"
        case .hostKeyUnknown: "verify the fingerprint on the host's console, then add the key to known_hosts"
        case .hostKeyChanged: "find out why the key changed before removing the old one"
        case .hostKeyRevoked: "the key is marked @revoked: give the host a new key"
        case .hostKeyAuthorityUnsupported:
            "host certificates are not supported: add the host's own key to known_hosts"
        case .algorithmsDoNotMatch: "allow one common algorithm on the server, or use a newer libssh2"
        case .authenticationRejected: "check the user name, and that the public key is in its authorized_keys"
        case .accountRefused:
            "check whether the account is expired, locked or kept out by PAM (chage -l USER on the host, sshd's log)"
        case .agentFailed: "check the agent: ssh-add -l, ssh-add -T KEY.pub; unlock it or confirm its question"
        case .keyUnusable: "use an ed25519 or ecdsa key, or libssh2 1.11 or newer"
        case .commandRefused: "check the account's shell and the sshd options that forbid sessions"
        case .connectionLost: "look into the host's sshd log"
        case .throttled: "the server sheds load (MaxStartups, PerSourcePenalties): sweep more slowly or wait"
        case .protocolError: "check that this port belongs to an SSH 2 server"
        case .bastionUnreachable: "check that the bastion is up and lets you in"
        case .forwardingRefused: "allow the connection in the bastion's sshd_config: AllowTcpForwarding, PermitOpen"
        case .proxyFailed: "run the proxy command by hand and see what it says"
        case .replyLost: "try again"
        case .cancelled: "run the sweep again to see this host"
        case .descriptorsExhausted: "raise the limit on open files (ulimit -n) or lower the number of connections"
        case .portsExhausted: "lower the connection rate or widen net.ipv4.ip_local_port_range"
        case .outOfMemory: "lower the number of connections"
        case .targetInvalid: "correct the host's entry in the inventory"
        }
    }
}
