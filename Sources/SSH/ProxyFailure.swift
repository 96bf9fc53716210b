/// A way through a bastion or proxy command that ended before the host had said anything.
struct ProxyFailure {
    let failure: SSHFailure
    /// Whose fault it is; nil where nobody said.
    let complaint: ProxyComplaint?

    /// - `what`: what became of the connection, such as "closed the connection before 10.0.0.1:22 said anything".
    /// - `said`: what came in place of the host's words.
    /// - `complaint`: what the program wrote to its standard error.
    /// - `bastionLog`: what the bastion's connection wrote meanwhile, for this host or another.
    init(route: SSHRoute, what: String, said: [UInt8], complaint: String, bastionLog: String) {
        let own = ProxyComplaint(complaint)
        self.complaint = own ?? ProxyComplaint(unanimous: bastionLog)
        var words = "the proxy \(what)"
        if !said.isEmpty { words += "; it sent: \(PeerText.printable(said))" }
        // The ssh that asks for the forwarding says only that it was refused; why, the bastion's own connection says.
        for text in [complaint, own == nil ? bastionLog : ""] where !text.isEmpty {
            words += "; it said: \(ProxyComplaint.shown(text))"
        }
        let gateway = PeerText.printable((route.gateway ?? "").utf8)
        switch self.complaint {
        case .bastion:
            let trial = if case .jump(let jump) = route { jump.trial } else { String?.none }
            let hint = ProxyComplaint.hint(complaint, bastion: gateway, trial: trial)
            failure = SSHFailure(phase: .proxy, reason: .bastionUnreachable, detail: words, hint: hint)
        case .forbidden: failure = SSHFailure(phase: .proxy, reason: .forwardingRefused, detail: words)
        case .target(let reason):
            failure = SSHFailure(
                phase: .proxy, reason: reason, detail: words,
                hint: "check the way from the bastion to the host: \(gateway)")
        case nil: failure = SSHFailure(phase: .proxy, reason: .proxyFailed, detail: words)
        }
    }
}
