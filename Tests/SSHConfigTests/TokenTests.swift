import Testing

@testable import SSHConfig

struct TokenTests {
    private func expansion(host: String = "cp1", hostName: String = "10.0.0.1", user: String = "audit")
        -> TokenExpansion
    {
        let settings = SSHSettings(host: host, hostName: hostName, user: user, port: 2222)
        return TokenExpansion(settings: settings, jump: "b", person: Person(name: "me", home: "/home/me", uid: 7))
    }

    @Test(
        arguments: [
            ("~/.ssh/%r@%h-%n:%p%%", "/home/me/.ssh/audit@10.0.0.1-cp1:2222%"),
            ("%d/%u-%i-%j-%k", "/home/me/me-7-b-cp1"),
            ("~bob/k", nil), ("/k-%C", nil), ("/k-%", nil), ("${NO_SUCH_VARIABLE_HERE}/k", nil), ("$HOME", "$HOME"),
        ] as [(String, String?)])
    func `a path`(text: String, path: String?) {
        #expect(expansion().path(text) == path)
    }

    @Test(
        arguments: [
            ("nc -x 'a b' %h %p %n %r %%", "nc -x 'a b' 10.0.0.1 2222 cp1 audit %"), ("nc %d", nil),
            ("nc ${HOME}", "nc ${HOME}"),
        ] as [(String, String?)])
    func `a command`(text: String, command: String?) {
        #expect(expansion().command(text) == command)
    }

    @Test(arguments: ["$(reboot)", "a;b", "a b", "-oX", "`x`", "a|b", "a\nb", "a'b", "a\"b", "a&b", "dom\\user", ""])
    func `puts nothing into a command that a shell would read`(name: String) {
        if !name.isEmpty {
            #expect(expansion(user: name).command("nc %r") == nil)
            #expect(expansion(hostName: name).command("nc %h") == nil)
            #expect(expansion(host: name).command("nc %n") == nil)
        }
        #expect(expansion(user: name).command("nc %h") == "nc 10.0.0.1")
    }
}
