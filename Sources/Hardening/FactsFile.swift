import ProcessTable
package import StrictYAML
import Yams

extension ComponentFacts {
    /// Reads a component's facts. Every problem of the text is in the error.
    package static func parse(_ text: String, file: String) throws(YAMLError) -> ComponentFacts {
        try YAMLFile.read(text, file: file, limit: 1 << 20) { yaml, root in
            var reader = FactsReader(yaml: yaml)
            let facts = reader.facts(root)
            yaml = reader.yaml
            return facts
        }
    }
}

private struct FactsReader {
    var yaml: YAMLReader
    private var flags: [FlagFact] = []
    private var index: [String: Int] = [:]
    private var shorthands: [Character: String] = [:]
    private var plugins: [String: PluginFact] = [:]
    private var gates: [String: GateFact] = [:]
    private var proofs: [VersionProof] = []
    private var shorthandPlaces: [(name: String, place: Place)] = []

    init(yaml: YAMLReader) {
        self.yaml = yaml
    }

    mutating func facts(_ root: Node) -> ComponentFacts? {
        let keys = [
            "component", "grammar", "oldest", "newest", "flags", "types", "shorthands", "perHost", "admissionPlugins",
            "featureGates", "proofs", "elsewhere", "exclusive",
        ]
        guard let entries = yaml.entries(of: root, "facts", keys: keys) else { return nil }
        var component: Component?
        var style = FlagSyntax.Style.pflag
        var oldest: Release?
        var newest: Release?
        let perHost = Set(entries.first { $0.key == "perHost" }.flatMap { yaml.texts($0.value, "perHost") } ?? [])
        for entry in entries {
            switch entry.key {
            case "component": component = yaml.word(entry.value, "component")
            case "grammar":
                switch yaml.text(entry.value, "grammar") {
                case "pflag": style = .pflag
                case "go": style = .goFlag
                case nil: break
                case let other: yaml.report(entry.value, "grammar must be pflag or go", text: other)
                }
            case "oldest": oldest = release(entry.value, "oldest")
            case "newest": newest = release(entry.value, "newest")
            case "flags": readFlags(entry.value, perHost)
            case "types": readTypes(entry.value, perHost)
            case "shorthands": readShorthands(entry.value)
            case "admissionPlugins": readPlugins(entry.value)
            case "featureGates": readGates(entry.value)
            default: break
            }
        }
        // Proofs and shorthands name flags, so they come last whatever their place in the file.
        for entry in entries where entry.key == "proofs" { readProofs(entry.value) }
        for (name, place) in shorthandPlaces where index[name] == nil {
            yaml.report(place, "shorthand of a flag that is not listed", text: name)
        }
        for name in perHost.sorted() where index[name] == nil {
            yaml.report(root, "perHost names a flag that is not listed", text: name)
        }
        guard let component, let oldest, let newest, oldest <= newest else {
            yaml.report(root, "component, oldest and newest are needed, oldest first")
            return nil
        }
        let syntax = FlagSyntax(style: style, kinds: index.mapValues { flags[$0].kind }, shorthands: shorthands)
        var facts = ComponentFacts(
            component: component, releases: ReleaseRange(oldest, newest), flags: flags, index: index,
            syntax: syntax, entries: syntax.names.compactMap { index[$0] }, missing: flags.map(MissingFlag.init),
            plugins: plugins, gates: gates, proofs: proofs, admission: AdmissionFlags(index),
            featureGates: index["feature-gates"])
        var conditions = ConditionReader(yaml: yaml, facts: facts)
        for entry in entries {
            switch entry.key {
            case "elsewhere": facts.elsewhere = conditions.elsewhere(entry.value)
            case "exclusive": facts.exclusive = conditions.exclusive(entry.value)
            default: break
            }
        }
        yaml = conditions.yaml
        return facts
    }

    private mutating func add(_ fact: FlagFact, names: [String], at node: Node) {
        for name in names {
            if index[name] != nil { yaml.report(node, "flag is listed twice", text: name) }
            index[name] = flags.count
        }
        flags.append(fact)
    }

    private mutating func readFlags(_ node: Node, _ perHost: Set<String>) {
        for entry in yaml.entries(of: node, "flags") ?? [] { readFlag(entry, perHost) }
    }

    private mutating func readFlag(_ flag: YAMLEntry, _ perHost: Set<String>) {
        let keys = ["type", "default", "since", "until", "inert", "aliases", "oldNames", "perHost", "unordered"]
        var kind: FlagKind?
        var defaults: [FlagDefault]?
        var since: Release?
        var until: Release?
        var inert: Release?
        var names = [flag.key]
        var oldNames: [String: ReleaseRange] = [:]
        var isPerHost = perHost.contains(flag.key)
        var isUnordered = false
        for entry in yaml.entries(of: flag.value, "a flag", keys: keys) ?? [] {
            switch entry.key {
            case "type": kind = yaml.word(entry.value, "type")
            case "default": defaults = readDefaults(entry.value)
            case "since": since = release(entry.value, "since")
            case "until": until = release(entry.value, "until")
            case "inert": inert = release(entry.value, "inert")
            case "aliases": names += yaml.texts(entry.value, "aliases") ?? []
            case "oldNames":
                for name in yaml.entries(of: entry.value, "oldNames") ?? [] {
                    oldNames[name.key] = lifetime(name.value)
                    names.append(name.key)
                }
            case "perHost": isPerHost = yaml.boolean(entry.value, "perHost") ?? isPerHost
            case "unordered": isUnordered = yaml.boolean(entry.value, "unordered") ?? false
            default: break
            }
        }
        guard let kind else { return yaml.report(flag.place, "flag without type", text: flag.key) }
        if let since, let until, since > until { yaml.report(flag.place, "flag ends before it begins", text: flag.key) }
        if let inert, let until, inert > until {
            yaml.report(flag.place, "flag is inert only after its end", text: flag.key)
        }
        // pflag's zero value is the default of every text and list that names no other.
        let isText = [.string, .ip, .stringSlice, .stringArray, .gates, .map].contains(kind)
        let known = defaults ?? (isText ? [FlagDefault(until: nil, text: "")] : nil)
        for text in (known ?? []).map(\.text) where !text.isEmpty && !FlagValue.isValid(text, for: kind) {
            yaml.report(flag.place, "default is no \(kind.rawValue)", text: text)
        }
        add(
            FlagFact(
                name: flag.key, kind: kind, defaults: known, since: since, until: until, inert: inert,
                oldNames: oldNames, isPerHost: isPerHost, isUnordered: isUnordered),
            names: names, at: flag.value)
    }

    private mutating func readTypes(_ node: Node, _ perHost: Set<String>) {
        for entry in yaml.entries(of: node, "types", keys: FlagKind.allCases.map(\.rawValue)) ?? [] {
            guard let kind = FlagKind(rawValue: entry.key) else { continue }
            let isText = kind != .bool && kind != .int && kind != .float && kind != .duration
            for name in yaml.texts(entry.value, entry.key) ?? [] {
                add(
                    FlagFact(
                        name: name, kind: kind, defaults: isText ? [FlagDefault(until: nil, text: "")] : nil,
                        since: nil,
                        until: nil, inert: nil, oldNames: [:], isPerHost: perHost.contains(name), isUnordered: false),
                    names: [name], at: entry.value)
            }
        }
    }

    /// A text, or a list of texts each of which holds up to and including its `until`.
    private mutating func readDefaults(_ node: Node) -> [FlagDefault]? {
        guard case .sequence(let list) = node else {
            return yaml.text(node, "default").map { [FlagDefault(until: nil, text: $0)] }
        }
        var defaults: [FlagDefault] = []
        for element in list {
            var until: Release?
            var text: String?
            for entry in yaml.entries(of: element, "a default", keys: ["until", "value"]) ?? [] {
                if entry.key == "until" {
                    until = release(entry.value, "until")
                } else {
                    text = yaml.text(entry.value, "value")
                }
            }
            guard let text else {
                yaml.report(element, "default without value")
                continue
            }
            if let last = defaults.last, last.until == nil || until.map({ $0 <= (last.until ?? $0) }) == true {
                yaml.report(element, "defaults are not in the order of releases")
            }
            defaults.append(FlagDefault(until: until, text: text))
        }
        if defaults.last.map({ $0.until != nil }) ?? true { yaml.report(node, "the last default must have no until") }
        return defaults
    }

    private mutating func readShorthands(_ node: Node) {
        for entry in yaml.entries(of: node, "shorthands") ?? [] {
            guard let name = yaml.text(entry.value, "a shorthand"), let letter = entry.key.first, entry.key.count == 1
            else {
                yaml.report(entry.place, "a shorthand is one letter", text: entry.key)
                continue
            }
            shorthands[letter] = name
            shorthandPlaces.append((name, entry.place))
        }
    }

    private mutating func readPlugins(_ node: Node) {
        for entry in yaml.entries(of: node, "admissionPlugins") ?? [] {
            let stages = releases(entry.value, "a plugin", keys: ["since", "until", "defaultOn"])
            if let since = stages["since"] ?? stages["defaultOn"], let until = stages["until"], since > until {
                yaml.report(entry.place, "plugin ends before it begins", text: entry.key)
            }
            plugins[entry.key] = PluginFact(
                since: stages["since"], until: stages["until"], defaultOn: stages["defaultOn"])
        }
    }

    private mutating func readGates(_ node: Node) {
        for entry in yaml.entries(of: node, "featureGates") ?? [] {
            let keys = ["alpha", "beta", "stable", "locked", "removed"]
            let stages = releases(entry.value, "a gate", keys: keys)
            let order = keys.compactMap { stages[$0] }
            if order != order.sorted() {
                yaml.report(entry.place, "the gate's stages are out of order", text: entry.key)
            }
            gates[entry.key] = GateFact(
                alpha: stages["alpha"], beta: stages["beta"], stable: stages["stable"], locked: stages["locked"],
                removed: stages["removed"])
        }
    }

    private mutating func readProofs(_ node: Node) {
        let keys = [
            "flag", "plugin", "gate", "componentGate", "absent", "unlessPresent", "value", "not", "since", "until",
        ]
        for element in yaml.list(node, "proofs") ?? [] {
            var texts: [String: String] = [:]
            var ends: [String: Release] = [:]
            for entry in yaml.entries(of: element, "a proof", keys: keys) ?? [] {
                switch entry.key {
                case "since", "until": ends[entry.key] = release(entry.value, entry.key)
                default: texts[entry.key] = yaml.text(entry.value, entry.key)
                }
            }
            let low = ends["since"] ?? Release(minor: 0)
            let high = ends["until"] ?? Release(minor: 999)
            guard !ends.isEmpty, low <= high, let sign = sign(texts) else {
                yaml.report(element, "a proof names one listed flag, plugin or gate and a release")
                continue
            }
            proofs.append(VersionProof(sign: sign, releases: ReleaseRange(low, high)))
        }
    }

    /// Nil where the keys do not fit together, or name what is not listed.
    private func sign(_ texts: [String: String]) -> VersionProof.Sign? {
        switch Set(texts.keys) {
        case ["flag", "value"], ["flag", "not"]:
            guard let flag = texts["flag"].flatMap({ index[$0] }), let text = texts["value"] ?? texts["not"],
                flags[flag].number(text) != nil
            else { return nil }
            return .flagValue(flag: flag, text: text, equal: texts["value"] != nil)
        case ["plugin"]:
            return texts["plugin"].flatMap { plugins[$0] == nil ? nil : .pluginNamed($0) }
        case ["gate"]:
            return texts["gate"].flatMap { gates[$0] == nil ? nil : .gateNamed($0, value: nil) }
        case ["gate", "value"]:
            guard let gate = texts["gate"], gates[gate] != nil, let value = texts["value"].flatMap(FlagValue.bool)
            else { return nil }
            return .gateNamed(gate, value: value)
        case ["componentGate"]:
            return texts["componentGate"] == "true" ? .gateOfComponent : nil
        case ["absent"]:
            return texts["absent"].flatMap { index[$0] }.map { .flagAbsent(flag: $0, unless: nil) }
        case ["absent", "unlessPresent"]:
            guard let flag = texts["absent"].flatMap({ index[$0] }),
                let unless = texts["unlessPresent"].flatMap({ index[$0] })
            else { return nil }
            return .flagAbsent(flag: flag, unless: unless)
        default:
            return nil
        }
    }

    private mutating func release(_ node: Node, _ what: String) -> Release? {
        guard let text = yaml.text(node, what) else { return nil }
        if let release = Release(text) { return release }
        yaml.report(node, "\(what) must be a release like \"1.24\"", text: text)
        return nil
    }

    private mutating func releases(_ node: Node, _ what: String, keys: [String]) -> [String: Release] {
        var releases: [String: Release] = [:]
        for entry in yaml.entries(of: node, what, keys: keys) ?? [] {
            releases[entry.key] = release(entry.value, entry.key)
        }
        return releases
    }

    private mutating func lifetime(_ node: Node) -> ReleaseRange? {
        let ends = releases(node, "an old name", keys: ["since", "until"])
        guard let low = ends["since"], let high = ends["until"], low <= high else {
            yaml.report(node, "an old name needs since and until")
            return nil
        }
        return ReleaseRange(low, high)
    }
}
