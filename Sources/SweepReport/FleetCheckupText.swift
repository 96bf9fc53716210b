import Hardening

/// How hosts would be reached, those that are reached alike together, and how those that were tried were.
struct FleetCheckupText {
    private(set) var text: TerminalText
    private let style: TerminalStyle

    /// Lines of one list of hosts or addresses.
    private static let listLimit = 6
    /// Cases of one problem that are shown.
    private static let caseLimit = 5
    private static let noteLimit = 20
    /// Rows of hosts that let in; the others stand in JSON.
    private static let rowLimit = 60
    private static let room = TerminalText.width - TerminalText.indent

    init(_ text: TerminalText, _ style: TerminalStyle) {
        self.text = text
        self.style = style
    }

    mutating func put(_ fleet: FleetCheckup) {
        text.line(style.heading("HOSTS") + "  \(Places(fleet.hosts).extent("host")), by how they are reached")
        for (shape, hosts) in HostShape.groups(fleet.hosts) { put(shape, hosts) }
        common(fleet)
        text.line()
        problems("PROBLEMS", "of settings and keys; a sweep will not see these hosts", fleet.hosts) { $0.problem }
        if fleet.isTried {
            reached(fleet.hosts)
            problems("NOT REACHED", "when they were tried", fleet.hosts) { $0.trial?.failure }
        }
        notes(fleet.hosts)
    }

    private mutating func put(_ shape: HostShape, _ hosts: [HostCheckup]) {
        let places = Places(hosts)
        text.line("  \(places.extent("host"))")
        text.entry("on", places.text(width: Self.room, lines: Self.listLimit, noun: "host"))
        addresses(shape, hosts)
        text.entry("user", sourced(shape.user))
        switch shape.way {
        case .direct: text.entry("way", "direct (\(shape.route.origin.words))")
        case .bastion:
            text.entry("way", "bastion \(sourced(shape.route))")
            text.entry(
                "", shape.leftToSSH.map { "logged in to by ssh, with a process a host: \($0)" } ?? "logged in to once",
                paint: style.faint)
        case .command: text.entry("way", "command \(sourced(shape.route))")
        }
        for (number, key) in shape.keys.enumerated() {
            let label = shape.keys.count == 1 ? "key" : "key \(number + 1)"
            text.entry(label, "\(key.words) (\(shape.keysOrigin.words))")
            if let limitation = key.limitation { text.entry("", limitation, paint: style.faint) }
        }
        if shape.keys.isEmpty { text.entry("key", "none") }
        if shape.agent.value != nil || shape.agent.origin != .usual {
            text.entry("agent", "\(shape.agent.value ?? "none") (\(shape.agent.origin.words))")
        }
        text.entry(
            "known_hosts",
            "\(shape.knownHostsFiles.value.joined(separator: ", ")) (\(shape.knownHostsFiles.origin.words))")
        text.entry("host key", hostKey(shape))
        text.entry("new keys", "\(newKeys(shape)) (\(shape.newKeys.origin.words))")
        text.entry("connect", "within \(seconds(shape.connectSeconds.value)) (\(shape.connectSeconds.origin.words))")
        if shape.isForced { text.entry("command", "the account is pinned to its own (inventory)") }
    }

    private mutating func addresses(_ shape: HostShape, _ hosts: [HostCheckup]) {
        let literal = hosts.filter { $0.addresses == [$0.address.value] || $0.addresses.isEmpty }
        var items = folded(literal.map(\.address.value)).map(\.text)
        items += hosts.filter { $0.addresses != [$0.address.value] && !$0.addresses.isEmpty }
            .map { "\($0.address.value) = \($0.addresses.joined(separator: " "))" }
        let list = wrapped(
            items.map { printable($0) }.joined(separator: ", "), width: Self.room)
        let rest = list.count - Self.listLimit
        var lines = list.prefix(Self.listLimit) + (rest > 0 ? ["and more; all are in JSON"] : [])
        let origins = "(\(shape.addressOrigin.words)), port \(shape.port.value) (\(shape.port.origin.words))"
        if let last = lines.indices.last, rest <= 0, columns(lines[last]) + 1 + columns(origins) <= Self.room {
            lines[last] += " \(origins)"
        } else {
            lines.append(origins)
        }
        text.entry("address", Array(lines))
    }

    private func hostKey(_ shape: HostShape) -> String {
        let types = shape.hostKeyTypes.joined(separator: ", ")
        let alias = shape.aliasOrigin.map { "; looked up by its alias (\($0.words))" } ?? ""
        switch shape.hostKeyState {
        case "known": return "known: \(types)\(alias)"
        case "knownWithoutPort": return "known without the port: \(types)\(alias)"
        case "unsupportedType": return "known, but of types that cannot be verified: \(types)\(alias)"
        case "authorityOnly": return "known through @cert-authority only\(alias)"
        case "revoked": return "marked @revoked\(alias)"
        case nil: return "known_hosts cannot be read"
        default: return "unknown\(alias)"
        }
    }

    private func newKeys(_ shape: HostShape) -> String {
        switch shape.newKeys.value {
        case .refused: "refused"
        case .recorded: "trusted on first use, and recorded in \(shape.newKeysFile ?? "known_hosts")"
        case .trusted: "trusted on first use, and not recorded"
        }
    }

    private mutating func common(_ fleet: FleetCheckup) {
        let limits = fleet.limits.map { "\($0.name) \(seconds($0.seconds))" }
        text.line("  all hosts")
        text.entry("limits", limits.joined(separator: ", "))
        var versions: [String: Int] = [:]
        for host in fleet.hosts { versions[host.kubernetesVersion ?? "", default: 0] += 1 }
        let stated = versions.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key) (\(counted($0.value, "host")))" }
        let none = versions[""].map { ["not stated (\(counted($0, "host")))"] } ?? []
        text.entry("Kubernetes", (stated + none).joined(separator: ", "))
    }

    private mutating func problems(
        _ title: String, _ words: String, _ hosts: [HostCheckup], _ failure: (HostCheckup) -> HostFailure?
    ) {
        var gathering = FailureGathering(keeping: .all)
        for host in hosts {
            if let failure = failure(host) { gathering.add(host.cluster, host.name, .unreachable, failure) }
        }
        let groups = gathering.groups
        if groups.isEmpty { return }
        text.line("\(style.heading(title))  \(words)")
        for group in groups {
            let kind = group.kind
            let reason = style.health(.problem, printable(kind.reason))
            text.line("  \(reason) (\(printable(kind.phase)))  \(group.places.extent("host"))")
            for failure in group.cases.prefix(Self.caseLimit) {
                text.entry("on", failure.places.text(width: Self.room, lines: Self.listLimit, noun: "host"))
                text.entry("seen", failure.detail)
                if group.commonHint == nil { text.hint(failure.hint) }
            }
            let rest = group.cases.dropFirst(Self.caseLimit).map(\.places)
            if !rest.isEmpty {
                text.entry("and", "\(counted(rest.count, "more case")), not shown")
                text.entry("on", rest.joined.text(width: Self.room, lines: Self.listLimit, noun: "host"))
            }
            if let hint = group.commonHint, !hint.isEmpty { text.hint(hint) }
        }
        text.line()
    }

    private mutating func reached(_ hosts: [HostCheckup]) {
        let reached = hosts.filter { $0.trial.map { $0.failure == nil } ?? false }
        if reached.isEmpty { return }
        text.line(style.heading("REACHED") + "  \(counted(reached.count, "host")); milliseconds")
        let shown = reached.prefix(Self.rowLimit)
        let width = min(60, shown.map { columns(place($0)) }.max() ?? 0)
        text.line("  \(padded("host", to: width))   total    way  connect  exchange  sign-in  key  host key")
        var keys: [OfferedKey] = []
        for host in shown {
            guard let trial = host.trial else { continue }
            var number = "-"
            if let key = trial.key {
                if !keys.contains(key) { keys.append(key) }
                number = "\((keys.firstIndex(of: key) ?? 0) + 1)"
            }
            let times = trial.times
            let columns = [
                (times.total, 6), (times.resolve + times.proxy, 5), (times.connect, 7), (times.handshake, 8),
                (times.authenticate, 7),
            ].map { aligned(milliseconds($0.0), to: $0.1) }.joined(separator: "  ")
            let known = trial.hostKeyIsNew ? " (new)" : ""
            text.line(
                "  \(padded(place(host), to: width))  \(columns)  \(aligned(number, to: 3))  "
                    + printable(trial.hostKey ?? "", limit: 120) + known)
        }
        if reached.count > shown.count {
            text.line("  and \(counted(reached.count - shown.count, "more host")), in JSON")
        }
        for (number, key) in keys.enumerated() { text.entry("key \(number + 1)", key.words) }
        text.line()
    }

    private mutating func notes(_ hosts: [HostCheckup]) {
        var gathering = NoteGathering(keeping: .all)
        for host in hosts {
            // A trial says again what its settings did.
            let tried = (host.trial?.notes ?? []).filter { !host.notes.contains($0) }
            for note in host.notes + tried { gathering.add(note, host.cluster, host.name) }
        }
        let groups = gathering.groups
        if groups.isEmpty { return }
        text.line(style.heading("NOTES"))
        for group in groups.prefix(Self.noteLimit) {
            text.entry("note", group.note)
            text.entry("on", group.places.text(width: Self.room, lines: Self.listLimit, noun: "host"))
        }
        if groups.count > Self.noteLimit {
            text.entry("and", "\(counted(groups.count - Self.noteLimit, "more note")), in JSON")
        }
        text.line()
    }

    private func sourced(_ setting: Sourced<String>) -> String { "\(setting.value) (\(setting.origin.words))" }

    private func place(_ host: HostCheckup) -> String { printable("\(host.cluster)/\(host.name)") }

    private func seconds(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value)) s" : "\(value) s"
    }

    private func milliseconds(_ microseconds: Int) -> String {
        "\(microseconds / 1000).\(microseconds % 1000 / 100)"
    }
}

extension OfferedKey {
    fileprivate var words: String {
        let place = isInAgent ? "agent\(name.isEmpty ? "" : ": \(name)")" : name
        return "\(type) \(fingerprint) \(place)"
    }
}

extension Places {
    fileprivate init(_ hosts: [HostCheckup]) {
        self.init()
        for host in hosts { add(host.cluster, host.name) }
    }
}
