import HostInventory

/// What `ansible_ssh_args`, `ansible_ssh_common_args` and `ansible_ssh_extra_args` say of the way to a host.
struct SSHArguments: Equatable {
    var gateway: Gateway?
    var hostKeyAlias: String?
    var configFile: String?
    /// Arguments that would change something and are not taken.
    var ignored: [String] = []

    /// Options that change nothing here: how ssh shares and keeps connections, and what it prints.
    private static let harmless: Set<String> = [
        "controlmaster", "controlpersist", "controlpath", "serveraliveinterval", "serveralivecountmax", "tcpkeepalive",
        "compression", "forwardagent", "loglevel", "batchmode", "preferredauthentications", "forwardx11",
        "passwordauthentication", "kbdinteractiveauthentication", "challengeresponseauthentication",
        "pubkeyauthentication", "gssapiauthentication", "connectionattempts", "requesttty", "sendenv",
    ]
    private static let harmlessFlags: Set<Character> = [
        "C", "q", "v", "A", "a", "x", "X", "Y", "T", "t", "n", "K", "k",
    ]
    private static let flagsWithValue: Set<Character> = [
        "B", "b", "c", "D", "E", "e", "F", "I", "i", "J", "L", "l", "m", "O", "o", "p", "Q", "R", "S", "W", "w",
    ]

    /// The first mention of an option counts, as for ssh.
    mutating func read(_ text: String) throws(ShellWords.Failure) {
        var words = try ShellWords.split(text.utf8, comments: false).map(\.text)[...]
        while let word = words.popFirst() {
            guard word.first == "-", word.count > 1 else {
                ignored.append(word)
                continue
            }
            var letters = word.dropFirst()
            while let letter = letters.popFirst() {
                guard Self.flagsWithValue.contains(letter) else {
                    if !Self.harmlessFlags.contains(letter) { ignored.append("-\(letter)") }
                    continue
                }
                let value = letters.isEmpty ? words.popFirst() ?? "" : String(letters)
                switch letter {
                case "J": gateway = gateway ?? Self.jump(value)
                case "F": configFile = configFile ?? value
                case "o": option(value)
                default: ignored.append("-\(letter) \(value)")
                }
                break
            }
        }
    }

    private mutating func option(_ text: String) {
        let name = text.prefix { $0 != "=" && $0 != " " }
        var value = text[name.endIndex...].drop { $0 == " " || $0 == "=" }
        if value.count > 1, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
        switch name.lowercased() {
        case "proxyjump": gateway = gateway ?? Self.jump(String(value))
        case "proxycommand": gateway = gateway ?? (value == "none" ? Gateway.none : .command(String(value)))
        case "hostkeyalias": hostKeyAlias = hostKeyAlias ?? String(value)
        case let other where Self.harmless.contains(other): break
        default: ignored.append("-o \(text)")
        }
    }

    private static func jump(_ value: String) -> Gateway { value == "none" ? Gateway.none : .jump(value) }
}
