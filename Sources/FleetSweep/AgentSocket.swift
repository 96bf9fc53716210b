import Glibc
package import Hardening

/// The ssh-agent that is asked for a host's keys, and who says so.
package struct AgentSocket: Sendable, Hashable {
    /// Nil where none is asked.
    package let path: String?
    package let origin: SettingOrigin

    /// - Parameters:
    ///   - option: a path, or `none`; it goes before everything else.
    ///   - configured: ssh_config's IdentityAgent: a path, `none`, or a variable, bare (`SSH_AUTH_SOCK`) or behind `$`.
    package init(option: String? = nil, configured: String? = nil) {
        let named: String?
        switch (option, configured) {
        case (let option?, _): (named, origin) = (option, .option)
        case (nil, nil), (nil, "SSH_AUTH_SOCK"): (named, origin) = (Self.variable("SSH_AUTH_SOCK"), .usual)
        case (nil, let text?):
            named = text.hasPrefix("$") ? Self.variable(String(text.dropFirst())) : text
            origin = .sshConfig
        }
        path = named == "none" || named == "" ? nil : named
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
