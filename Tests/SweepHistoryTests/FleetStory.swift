import Hardening
import ProcessTable
import SeededRandom
import Testing

/// Two nights of a fleet made at random, and what its maker knows of the difference.
struct FleetStory {
    /// The only things that are not as they were.
    enum Dimension: CaseIterable {
        case host, coverage, inventory, policy, waiver, tool

        var cause: ChangeCause {
            switch self {
            case .host: .host
            case .coverage: .coverage
            case .inventory: .inventory
            case .policy: .policy
            case .waiver: .waiver
            case .tool: .tool
            }
        }
    }

    var older: FleetNight
    var newer: FleetNight
    /// The newer hosts that were there, with their older places.
    var origins: [HostPlace: HostPlace] = [:]
    /// What happened, for whoever reads a failure.
    private(set) var log: [String] = []
    var added: Set<HostPlace> = []
    var removed: Set<HostPlace> = []
    /// Newer names of clusters by their older ones.
    var renamed: [String: String] = [:]
    /// Places at which the inventory names another machine now.
    var replaced: Set<HostPlace> = []
    private var touched: Set<String> = []
    private var number = 0

    init(_ generator: inout SeededGenerator) {
        var night = FleetNight(policy: Self.policy(timeout: "90s", without: nil))
        for cluster in ["edge", "prod", "test"] {
            night.statements[cluster] = .init(
                version: ["1.22", "1.23", "1.24", "1.29"].randomElement(using: &generator), distribution: nil,
                labels: ["env": ["a", "b"].randomElement(using: &generator) ?? "a"])
            for name in 1...3 {
                night.machines.append(.init("\(cluster)/cp\(name)", Self.lines(&generator)))
            }
        }
        if Bool.random(using: &generator) { night.waivers = Self.waivers(&generator) }
        older = night
        newer = night.next()
        for machine in night.machines { origins[machine.place] = machine.place }
    }

    // What hosts run.

    private static let flags: [[String?]] = [
        ["--profiling=true", "--profiling=false", "--profiling=0", nil],
        ["--request-timeout=60s", "--request-timeout=1m0s", "--request-timeout=2m", nil],
        ["--anonymous-auth=true", "--anonymous-auth=false", nil],
        ["--v=2", "--v=0x2", "--v=4", nil],
    ]

    /// As the component reads it.
    private static let normal = ["0": "false", "60s": "1m0s", "2m": "2m0s", "0x2": "2"]

    static func values(_ line: String) -> [String: String] {
        let words = line.split(separator: " ").dropFirst().map {
            $0.dropFirst(2).split(separator: "=").map(String.init)
        }
        return Dictionary(words.map { ($0[0], normal[$0[1]] ?? $0[1]) }) { _, last in last }
    }

    private static func line(_ program: String, _ generator: inout SeededGenerator) -> String {
        let isServer = program == "kube-apiserver"
        let flags = (isServer ? flags : [flags[0], flags[3]]).compactMap { $0.randomElement(using: &generator) ?? nil }
        return ([program] + flags).joined(separator: " ")
    }

    private static func lines(_ generator: inout SeededGenerator) -> [String] {
        [line("kube-apiserver", &generator), line("kube-scheduler", &generator)]
    }

    // What they are judged by.

    private static func policy(timeout: String, without left: String?) -> String {
        func check(_ id: String, _ flag: String, _ expect: String, _ more: String = "") -> String {
            id == left
                ? ""
                : """
                  - {id: \(id), title: T, severity: low, flags: [\(flag)], expected: E, rationale: R, remediation: M, breaks: B\(more),
                     expect: \(expect)}

                """
        }
        return """
            policy: team
            parameters:
              timeout: {title: T, type: duration, default: 1h}
            checks:

            """
            .replacing("default: 1h", with: "default: \(timeout)")
                + check("server-profiling", "profiling", "{flag: profiling, is: false}")
                + check("server-timeout", "request-timeout", "{flag: request-timeout, atMost: {parameter: timeout}}")
                + check(
                    "server-anonymous", "anonymous-auth", "{flag: anonymous-auth, is: false}",
                    ", rules: [{when: {versions: \"<=1.23\"}, then: notApplicable, reason: notYetIntroduced}]")
                + check(
                    "scheduler-profiling", "profiling", "{flag: profiling, is: false}", ", component: kube-scheduler")
    }

    private static let checks = ["server-profiling", "server-timeout", "server-anonymous", "scheduler-profiling"]

    private static func waivers(_ generator: inout SeededGenerator, expires: String = "2027-01-01") -> String {
        let scopes = ["everywhere: true", "cluster: prod", "host: cp2", "labels: {env: a}", "cluster: edge, host: cp1"]
        let list = (0..<Int.random(in: 1...4, using: &generator)).map { number in
            let check = checks.randomElement(using: &generator) ?? ""
            let scope = scopes.randomElement(using: &generator) ?? ""
            let pinned = Bool.random(using: &generator) ? "" : ", value: \"--profiling=true\""
            return
                "  - {id: w\(number), check: \(check), \(scope)\(pinned), reason: R, owner: O, expires: \(expires)}\n"
        }
        return "waivers:\n" + list.joined()
    }

    // What happens.

    /// Makes the newer night another in one dimension.
    mutating func change(_ dimension: Dimension, _ generator: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            switch dimension {
            case .host: changeHost(&generator)
            case .coverage: changeCoverage(&generator)
            case .inventory: changeInventory(&generator)
            case .policy: changePolicy(&generator)
            case .waiver: changeWaivers(&generator)
            case .tool: changeTool(&generator)
            }
        }
    }

    /// The position of a host to which nothing has happened.
    private mutating func host(_ generator: inout SeededGenerator) -> Int? {
        let position = newer.machines.indices.filter { !touched.contains(newer.machines[$0].key) }
            .randomElement(using: &generator)
        if let position { touched.insert(newer.machines[position].key) }
        return position
    }

    private mutating func note(_ what: String) { log.append(what) }

    private mutating func changeHost(_ generator: inout SeededGenerator) {
        guard let host = host(&generator) else { return }
        let place = newer.machines[host].place
        switch Int.random(in: 0...3, using: &generator) {
        case 0:
            newer.machines[host].key = fresh("key")
            touched.insert(newer.machines[host].key)
            note("another host key of \(place)")
        case 1:
            newer.machines[host].lines.removeLast()
            note("the scheduler of \(place) stops")
        default:
            newer.machines[host].lines = Self.lines(&generator)
            note("\(place) runs \(newer.machines[host].lines)")
        }
    }

    private mutating func changeCoverage(_ generator: inout SeededGenerator) {
        guard let host = host(&generator) else { return }
        // A row as long as the one that is cut may be cut itself.
        let lengths = Set(newer.machines[host].lines.map(\.utf8.count))
        let sights: [FleetNight.Machine.Sight] = [.unreachable, .cut(1)] + (lengths.count > 1 ? [.cutRow] : [])
        newer.machines[host].sight = sights.randomElement(using: &generator) ?? .unreachable
        note("\(newer.machines[host].place) is \(newer.machines[host].sight)")
    }

    private mutating func changePolicy(_ generator: inout SeededGenerator) {
        let timeout = ["30s", "90s", "3m"].randomElement(using: &generator) ?? ""
        newer.policy = Self.policy(
            timeout: timeout,
            without: Bool.random(using: &generator) ? Self.checks.randomElement(using: &generator) : nil)
        note("the policy is \(newer.policy)")
    }

    private mutating func changeWaivers(_ generator: inout SeededGenerator) {
        switch Int.random(in: 0...2, using: &generator) {
        case 0: newer.waivers = nil
        case 1: newer.waivers = Self.waivers(&generator)
        default:
            // In force on the first night, and expired on the second.
            older.waivers = Self.waivers(&generator, expires: "2026-11-01")
            newer.waivers = older.waivers
        }
        note("the waivers are \(older.waivers ?? "none") and \(newer.waivers ?? "none")")
    }

    private mutating func changeTool(_ generator: inout SeededGenerator) {
        let check = Self.checks.randomElement(using: &generator) ?? ""
        older.tool = "0.0.9"
        older.recorded = { finding in
            if finding.check == check { finding.verdict = finding.verdict == .fail ? .pass : .fail }
        }
        note("the program before judged \(check) the other way round")
    }

    private mutating func fresh(_ word: String) -> String {
        number += 1
        return "\(word)\(number)"
    }

    private mutating func changeInventory(_ generator: inout SeededGenerator) {
        let clusters = newer.statements.keys.sorted()
        guard let cluster = clusters.randomElement(using: &generator) else { return }
        switch Int.random(in: 0...9, using: &generator) {
        case 0:
            let machine = FleetNight.Machine("\(cluster)/\(fresh("new"))", Self.lines(&generator))
            newer.machines.append(machine)
            touched.insert(machine.key)
            added.insert(machine.place)
            note("\(machine.place) is added")
        case 1:
            guard let host = host(&generator) else { return }
            let place = newer.machines.remove(at: host).place
            if let origin = origins.removeValue(forKey: place) { removed.insert(origin) }
            note("\(place) is removed")
        case 2: move(&generator) { machine, _ in machine.name = "other-" + machine.name }
        case 3:
            move(&generator) { machine, generator in machine.cluster = clusters.randomElement(using: &generator) ?? "" }
        case 4:
            guard let host = host(&generator) else { return }
            newer.machines[host].address = fresh("address")
            note("\(newer.machines[host].place) has another address")
        case 5:
            guard let host = host(&generator) else { return }
            newer.machines[host].address = fresh("address")
            newer.machines[host].key = fresh("key")
            newer.machines[host].lines = Self.lines(&generator)
            touched.insert(newer.machines[host].key)
            replaced.insert(newer.machines[host].place)
            note("\(newer.machines[host].place) is another machine")
        case 6:
            // At the same address, and neither its name nor its key are the same.
            guard let host = host(&generator) else { return }
            let place = newer.machines[host].place
            newer.machines[host].name = fresh("next")
            newer.machines[host].key = fresh("key")
            newer.machines[host].lines = Self.lines(&generator)
            touched.insert(newer.machines[host].key)
            if let origin = origins.removeValue(forKey: place) { removed.insert(origin) }
            added.insert(newer.machines[host].place)
            note("\(newer.machines[host].place) answers where \(place) did")
        case 7: rename(cluster)
        case 8: swap(&generator)
        default:
            newer.statements[cluster]?.version = ["1.22", "1.24", "1.29"].randomElement(using: &generator)
            newer.statements[cluster]?.labels = ["env": ["a", "b"].randomElement(using: &generator) ?? ""]
            newer.statements[cluster]?.distribution = ["kubeadm", nil].randomElement(using: &generator) ?? nil
            note("\(cluster) is \(String(describing: newer.statements[cluster]))")
        }
    }

    private mutating func move(
        _ generator: inout SeededGenerator, _ change: (inout FleetNight.Machine, inout SeededGenerator) -> Void
    ) {
        guard let host = host(&generator) else { return }
        let from = newer.machines[host].place
        var machine = newer.machines[host]
        change(&machine, &generator)
        // A name that was another host's would be that host, on another machine.
        guard !(newer.machines + older.machines).contains(where: { $0.place == machine.place }) else { return }
        newer.machines[host] = machine
        origins[machine.place] = origins.removeValue(forKey: from)
        note("\(from) is \(machine.place)")
    }

    private mutating func swap(_ generator: inout SeededGenerator) {
        guard let one = host(&generator), let other = host(&generator) else { return }
        let (first, second) = (newer.machines[one], newer.machines[other])
        newer.machines[one] = .init(
            "\(first.cluster)/\(first.name)", second.lines, at: second.address, key: second.key, second.sight)
        newer.machines[other] = .init(
            "\(second.cluster)/\(second.name)", first.lines, at: first.address, key: first.key, first.sight)
        replaced.formUnion([first.place, second.place])
        note("\(first.place) and \(second.place) have changed places")
    }

    /// Only a cluster that has kept its hosts can be known by another name.
    private mutating func rename(_ cluster: String) {
        let hosts = newer.machines.filter { $0.cluster == cluster }
        guard !renamed.values.contains(cluster), hosts.allSatisfy({ origins[$0.place]?.cluster == cluster }),
            2 * hosts.count > older.machines.count(where: { $0.cluster == cluster }),
            // Under another name, and with another key, a host is another one.
            hosts.allSatisfy({ host in older.machines.contains { $0.place == origins[host.place] && $0.key == host.key }
            })
        else { return }
        let name = fresh("renamed-")
        newer.statements[name] = newer.statements.removeValue(forKey: cluster)
        for index in newer.machines.indices where newer.machines[index].cluster == cluster {
            let from = newer.machines[index].place
            newer.machines[index].cluster = name
            origins[newer.machines[index].place] = origins.removeValue(forKey: from)
            touched.insert(newer.machines[index].key)
        }
        renamed[cluster] = name
        note("\(cluster) is \(name)")
    }
}
