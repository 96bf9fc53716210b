import ProcessTable

/// A thing on a line, or beside it, that conditions ask about.
enum Subject: Hashable {
    case flag(Int)
    case plugin(String)
    case gate(String)
    /// A flag of another component's process on the same host.
    case neighbour(Component, flag: Int)
}

/// What conditions say of subjects: the constants out of which trial values are made.
struct SubjectMentions {
    /// In the order in which they are met.
    private(set) var subjects: [Subject] = []
    private(set) var texts: [Int: [String]] = [:]
    private(set) var lists: [Int: [[String]]] = [:]
    private(set) var numbers: [Int: [Int64]] = [:]
    private(set) var parts: [Int: [String]] = [:]
    private(set) var schemes: [Int: [String]] = [:]

    init(_ conditions: [Condition]) {
        for condition in conditions { add(condition) }
    }

    private mutating func add(_ condition: Condition) {
        switch condition {
        case .equals(let flag, let text): add(flag) { $0.texts[flag, default: []].append(text) }
        case .isSet(let flag, _), .onLine(let flag, _): add(.flag(flag))
        case .oneOf(let flag, let texts): add(flag) { $0.texts[flag, default: []] += texts }
        case .contains(let flag, let list), .lacks(let flag, let list), .subset(let flag, let list):
            add(flag) { $0.lists[flag, default: []].append(list) }
        case .containsAny(let flag, let list):
            // Each alone may be what another condition leaves over.
            add(flag) { $0.lists[flag, default: []] += [list] + list.map { [$0] } }
        case .between(let flag, let low, let high):
            add(flag) { $0.numbers[flag, default: []] += [low, high].compactMap(\.self) }
        case .differs(let flag, let other):
            add(.flag(flag))
            add(.flag(other))
        case .differsFromNeighbour(let flag, let component, let other):
            add(.flag(flag))
            add(.neighbour(component, flag: other))
        case .schemes(let flag, let schemes), .schemesOffLoopback(let flag, let schemes):
            add(flag) { $0.schemes[flag, default: []] += schemes }
        case .mentions(let flag, let parts): add(flag) { $0.parts[flag, default: []] += parts }
        case .plugin(let name, _): add(.plugin(name))
        case .gate(let name, _): add(.gate(name))
        case .releases: break
        case .all(let parts), .any(let parts): for part in parts { add(part) }
        case .not(let part): add(part)
        }
    }

    private mutating func add(_ flag: Int, _ note: (inout SubjectMentions) -> Void) {
        add(.flag(flag))
        note(&self)
    }

    private mutating func add(_ subject: Subject) {
        if !subjects.contains(subject) { subjects.append(subject) }
    }
}

/// What trial lines say of each subject of one component's checks.
struct TrialValues {
    let facts: ComponentFacts
    let neighbours: [Component: ComponentFacts]
    /// The arguments of each alternative; the first, without any, leaves the subject out. Nil stands for a
    /// neighbouring process that does not run.
    private(set) var alternatives: [Subject: [[String]?]] = [:]

    init(_ conditions: [Condition], facts: ComponentFacts, neighbours: [Component: ComponentFacts]) {
        self.facts = facts
        self.neighbours = neighbours
        let mentions = SubjectMentions(conditions)
        for subject in mentions.subjects {
            switch subject {
            case .flag(let flag):
                let name = facts.flags[flag].name
                switch facts.flags[flag].kind {
                case .stringSlice, .stringArray:
                    let lists = lists(flag, mentions)
                    alternatives[subject] = [[]] + lists.map { arguments(name, $0, facts.flags[flag].kind) }
                default:
                    alternatives[subject] = [[]] + values(flag, mentions).map { ["--\(name)=\($0)"] }
                }
            case .plugin(let name):
                alternatives[subject] = [
                    [], ["--enable-admission-plugins=\(name)"], ["--disable-admission-plugins=\(name)"],
                    ["--admission-control=\(name)"],
                    ["--admission-control=\(name == "LimitRanger" ? "ResourceQuota" : "LimitRanger")"],
                ]
            case .gate(let name):
                alternatives[subject] = [[], ["--feature-gates=\(name)=true"], ["--feature-gates=\(name)=false"]]
            case .neighbour(let component, let flag):
                guard let name = neighbours[component]?.flags[flag].name else { continue }
                alternatives[subject] = [nil, []] + Self.strangers.map { ["--\(name)=\($0)"] }
            }
        }
    }

    /// Texts that no policy names.
    private static let strangers = ["/trial/a", "/trial/b"]

    private func values(_ flag: Int, _ mentions: SubjectMentions) -> [String] {
        let texts = mentions.texts[flag] ?? []
        let found: [String]
        switch facts.flags[flag].kind {
        case .bool: found = ["true", "false"]
        case .int, .duration:
            let unit = facts.flags[flag].kind == .duration ? "ns" : ""
            let ends = texts.compactMap { facts.flags[flag].number($0) } + (mentions.numbers[flag] ?? []) + [0, 7]
            found = (ends + ends.flatMap { end in [end &- 1, end &+ 1] }).map { "\($0)\(unit)" }
        case .float: found = texts + ["0.5"]
        case .ip: found = texts + ["203.0.113.7"]
        case .gates: found = ["Trial=true"]
        case .map: found = ["trial=true"]
        case .string, .stringSlice, .stringArray:
            found = ["", "trial"] + texts + (mentions.parts[flag] ?? []).map { "a\($0)b" } + Self.strangers
        }
        return found.reduce(into: []) { list, value in if !list.contains(value) { list.append(value) } }
    }

    private func lists(_ flag: Int, _ mentions: SubjectMentions) -> [[String]] {
        let named = unique(mentions.lists[flag] ?? [])
        var found: [[String]] = [[""]] + Self.strangers.map { [$0] }
        for list in named {
            found += [list, list + ["Trial"]]
            if let first = list.first, list.count > 1 { found.append([first]) }
        }
        for (index, left) in named.enumerated() {
            for right in named[(index + 1)...] {
                found += [
                    left + right.filter { !left.contains($0) }, left.filter { !right.contains($0) },
                    right.filter { !left.contains($0) }, left.filter(right.contains),
                ]
                if let first = left.first(where: { !right.contains($0) }) { found.append(right + [first]) }
                if let first = right.first(where: { !left.contains($0) }) { found.append(left + [first]) }
            }
        }
        if let schemes = mentions.schemes[flag] {
            let urls = unique([schemes]).flatMap(\.self) + ["http", "https"]
            found += urls.flatMap { [["\($0)://203.0.113.7:1"], ["\($0)://127.0.0.1:1"]] }
        }
        for part in mentions.parts[flag] ?? [] { found += [[part + "trial"], ["trial" + part]] }
        return unique(found.filter { !$0.isEmpty })
    }

    private func unique(_ lists: [[String]]) -> [[String]] {
        var seen: Set<Set<String>> = []
        return lists.filter { seen.insert(Set($0)).inserted }
    }

    private func arguments(_ name: String, _ list: [String], _ kind: FlagKind) -> [String] {
        if kind == .stringArray { return list.map { "--\(name)=\($0)" } }
        return ["--\(name)=\(list.joined(separator: ","))"]
    }
}
