/// How ssh would log in to a bastion.
package struct BastionSettings: Sendable, Equatable {
    package var settings: SSHSettings
    /// What is configured for it that only ssh can honour: keywords in lower case, in their order.
    package var onlyForSSH: [String]

    package init(settings: SSHSettings, onlyForSSH: [String] = []) {
        self.settings = settings
        self.onlyForSSH = onlyForSSH
    }
}

/// A bastion, and the files that say how it is logged in to.
package struct BastionQuery: Sendable, Hashable {
    package var source: SSHConfigResolver.Source
    package var bastion: SSHConfigQuery

    package init(source: SSHConfigResolver.Source, bastion: SSHConfigQuery) {
        self.source = source
        self.bastion = bastion
    }
}

extension SSHConfigResolver {
    package typealias BastionAnswers = [BastionQuery: Result<BastionSettings, Failure>]

    /// Asks for each of them, several at a time, on threads of their own.
    package static func bastions(
        _ queries: Set<BastionQuery>, person: Person = .current, isCancelled: @escaping @Sendable () -> Bool
    ) async -> BastionAnswers {
        await withCheckedContinuation { continuation in
            Parallel.detach {
                let answers = Parallel.map(Array(queries), width: 2 * cores) { query in
                    SSHConfigResolver(query.source, person: person).bastion(query.bastion, isCancelled: isCancelled)
                }
                continuation.resume(returning: Dictionary(answers) { first, _ in first })
            }
        }
    }

    /// Asks for one bastion, and what ssh would do without any file: what differs was configured. Blocks.
    func bastion(
        _ query: SSHConfigQuery, isCancelled: @Sendable () -> Bool = { false }
    ) -> Result<BastionSettings, Failure> {
        let (configured, plain): (SSHConfigAnswer, SSHConfigAnswer)
        do {
            configured = try ask(query, keepsAll: true, isCancelled: isCancelled).get()
            plain = try SSHConfigResolver(.file("none"), person: person)
                .ask(query, keepsAll: true, isCancelled: isCancelled).get()
        } catch {
            return .failure(error)
        }
        guard let settings = configured.settings(typed: query.host, person: person) else {
            return .failure(.refused("its answer holds no host name, user or port"))
        }
        var special = configured.keywords(otherThanIn: plain).subtracting(Self.honoured).subtracting(Self.indifferent)
        if settings.proxyJump != nil { special.insert("proxyjump") }
        if settings.proxyTemplate != nil { special.insert("proxycommand") }
        return .success(BastionSettings(settings: settings, onlyForSSH: special.sorted()))
    }

    /// As far as a bastion's are used, they are read into its `SSHSettings`.
    private static let honoured = SSHConfigText.used.subtracting(["proxyjump", "proxycommand"])

    /// They say nothing of how a connection is made and proved, or name a way to sign in beside keys, which systems'
    /// own files do for every host.
    private static let indifferent: Set<String> = [
        "addkeystoagent", "batchmode", "checkhostip", "clearallforwardings", "compression", "connectionattempts",
        "controlmaster", "controlpath", "controlpersist", "dynamicforward", "enableescapecommandline",
        "enablesshkeysign", "escapechar", "exitonforwardfailure", "fingerprinthash", "forkafterauthentication",
        "forwardagent", "forwardx11", "forwardx11timeout", "forwardx11trusted", "gatewayports",
        "gssapiauthentication", "gssapidelegatecredentials", "gssapikeyexchange", "gssapirenewalforcesrekey",
        "gssapitrustdns", "hashknownhosts", "host", "hostbasedauthentication", "ipqos",
        "kbdinteractiveauthentication", "localcommand", "localforward", "loglevel", "logverbose",
        "numberofpasswordprompts", "passwordauthentication", "permitlocalcommand", "permitremoteopen", "rekeylimit",
        "remotecommand", "remoteforward", "requesttty", "sendenv", "serveralivecountmax", "serveraliveinterval",
        "sessiontype", "setenv", "stdinnull", "streamlocalbindmask", "streamlocalbindunlink",
        "stricthostkeychecking", "syslogfacility", "tag", "tcpkeepalive", "tunnel", "tunneldevice", "updatehostkeys",
        "verifyhostkeydns", "visualhostkey", "xauthlocation",
    ]
}
