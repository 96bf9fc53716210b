/// What ssh_config says to one host, but for what is the host's own: hosts of one shape get one answer of ssh.
struct SSHConfigShape: Hashable {
    /// Of the sections that hold for the host, numbers that are equal where the contents are.
    var contents: [Int]
    var user: String?
    var port: UInt16?
    var hasHostName: Bool
    var hasAlias: Bool
}

/// The part of the answer that is the host's own.
struct SSHConfigOwn: Equatable {
    /// After HostName.
    var hostName: String
    var hostKeyAlias: String?
}

/// Tells hosts of one shape from others, by the sections of the files that hold for them.
struct SSHConfigShapes {
    private let text: SSHConfigText
    private let localUser: String
    /// Sections of plain `Host` names, by name: a file may hold one for each of 10,000 hosts.
    private var named: [String: [Int]] = [:]
    private var others: [Int] = []
    /// By section; -1 where it holds nothing that hosts share.
    private var contentOf: [Int] = []
    /// Sections whose values ssh expands in a way that is different from host to host.
    private var isOwn: [Bool] = []

    init(_ text: SSHConfigText, localUser: String) {
        self.text = text
        self.localUser = localUser
        var numbers: [[SSHConfigText.Directive]: Int] = [:]
        for (index, section) in text.sections.enumerated() {
            if case .host(let list) = section.condition, let names = list.plainNames {
                for name in Set(names) { named[name, default: []].append(index) }
            } else {
                others.append(index)
            }
            let shared = section.directives.filter { $0.keyword != "hostname" && $0.keyword != "hostkeyalias" }
            contentOf.append(shared.isEmpty ? -1 : numbers[shared, default: numbers.count])
            if !shared.isEmpty { numbers[shared] = contentOf[index] }
            isOwn.append(shared.contains(where: Self.isOwn))
        }
    }

    /// Nil where only ssh can tell: the host must be asked for alone.
    func shape(of query: SSHConfigQuery) -> (shape: SSHConfigShape, own: SSHConfigOwn)? {
        guard !text.isOpaque else { return nil }
        var shape = SSHConfigShape(
            contents: [], user: query.user, port: query.port, hasHostName: false, hasAlias: false)
        var subject = SSHConfigCondition.Subject(
            typed: query.host, hostName: query.host, user: query.user ?? localUser, localUser: localUser)
        var userIsSet = query.user != nil
        var own = SSHConfigOwn(hostName: query.host, hostKeyAlias: nil)
        var holding: Set<Int> = []
        for index in candidates(query.host) {
            let section = text.sections[index]
            guard section.parents.allSatisfy(holding.contains) else { continue }
            guard let holds = section.condition.holds(for: subject) else { return nil }
            guard holds else { continue }
            holding.insert(index)
            if isOwn[index] { return nil }
            if contentOf[index] >= 0 { shape.contents.append(contentOf[index]) }
            for directive in section.directives {
                guard let value = directive.words.first else { return nil }
                switch directive.keyword {
                case "hostname" where !shape.hasHostName:
                    guard let name = Self.expand(value, host: query.host) else { return nil }
                    shape.hasHostName = true
                    subject.hostName = name
                    own.hostName = name
                case "hostkeyalias" where !shape.hasAlias:
                    guard !value.contains("%"), !value.contains("$") else { return nil }
                    shape.hasAlias = true
                    own.hostKeyAlias = value
                case "user" where !userIsSet:
                    guard !value.contains("%"), !value.contains("$") else { return nil }
                    userIsSet = true
                    subject.user = value
                default: break
                }
            }
        }
        // ssh leaves what looks like an IPv6 address as it is (is_addr_fast of ssh.c).
        if !own.hostName.contains(where: { $0 == ":" || $0 == "%" }) { own.hostName = own.hostName.lowercased() }
        return (shape, own)
    }

    /// Sections that may hold for the host, in the order of the files.
    private func candidates(_ host: String) -> [Int] {
        guard let named = named[host] else { return others }
        return (others + named).sorted()
    }

    /// HostName knows `%h` and `%%` only.
    private static func expand(_ value: String, host: String) -> String? {
        var output = ""
        var rest = value[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                output.append(character)
                continue
            }
            switch rest.popFirst() {
            case "h": output += host
            case "%": output += "%"
            default: return nil
            }
        }
        return output
    }

    /// ssh gives these with their tokens replaced, so an answer for one host does not show what another's would be.
    private static func isOwn(_ directive: SSHConfigText.Directive) -> Bool {
        guard directive.keyword == "userknownhostsfile" || directive.keyword == "identityagent" else { return false }
        return directive.words.contains { $0.contains("%") }
    }
}
