import ProcessTable
import SeededRandom
import Testing

@testable import Hardening

struct PrecedentTests {
    /// Hosts of a made-up fleet, each like the one before but for a few flags, so that most findings have a precedent.
    @Test(arguments: Component.allCases, [nil, "1.11", "1.24", "1.31"])
    func `what is found with precedents is what is found without`(component: Component, version: String?) throws {
        let judge = try BuiltInJudge.named("hardened")
        let facts = try #require(judge.facts[component])
        let precedents = Precedents()
        var generator = SeededGenerator(seed: 17)
        var flags: [String] = []
        for round in 0..<300 {
            if round % 60 == 0 { flags = [] }
            for _ in 0..<(round % 60 == 1 ? 20 : Int.random(in: 0...2, using: &generator)) {
                Self.change(&flags, facts, &generator)
            }
            var evidence = HostEvidence(
                wholeness: round % 50 == 27 ? .cut(.noEndMarker) : .proven, isHidden: false, rowCount: 100,
                processes: [
                    ControlPlaneProcess(
                        component: component, pid: 700, parent: 1, user: "root", program: component.rawValue,
                        arguments: flags, isCut: round % 30 == 11, starter: .service)
                ])
            if round % 45 == 3 {
                evidence.processes[0].settings = .file(distribution: "k3s", path: "/etc/rancher/k3s/config.yaml")
            }
            evidence.processes += Self.neighbours(round)
            let claimed = version.flatMap { Release($0) }
            #expect(
                judge.judge(evidence, claimed: claimed, precedents: precedents)
                    == judge.judge(evidence, claimed: claimed), "round \(round): \(flags)")
        }
    }

    @Test func `a flag that a check looks at decides, whatever the host before had`() throws {
        let judge = try BuiltInJudge.named("stackrox-2019")
        let precedents = Precedents()
        func verdict(_ row: String, _ check: String) throws -> Verdict? {
            let evidence = try HostEvidence.read(Array(listing([row]).utf8), origin: .saved)
            let records = judge.judge(evidence, claimed: Release("1.24"), precedents: precedents)
            return records.first?.findings.first { $0.check == check }?.verdict
        }
        let strict = apiServerRow(hardened)
        let lax = apiServerRow(hardened.replacing("--profiling=false", with: "--profiling=true"))
        #expect(try verdict(strict, "apiserver-profiling") == .pass)
        #expect(try verdict(lax, "apiserver-profiling") == .fail)
        #expect(try verdict(strict, "apiserver-profiling") == .pass)
        #expect(try verdict(lax, "apiserver-anonymous-auth") == .pass)
    }

    /// Beside which an etcd's own CA passes or fails.
    private static func neighbours(_ round: Int) -> [ControlPlaneProcess] {
        guard round % 3 == 0 else { return [] }
        return [
            ControlPlaneProcess(
                component: .kubeAPIServer, pid: 900, parent: 1, user: "root", program: "kube-apiserver",
                arguments: ["--client-ca-file=/etc/\(round % 2 == 0 ? "a" : "b")"], starter: .service)
        ]
    }

    private static func change(
        _ flags: inout [String], _ facts: ComponentFacts, _ generator: inout SeededGenerator
    ) {
        if !flags.isEmpty, Int.random(in: 0..<3, using: &generator) == 0 {
            flags.remove(at: Int.random(in: 0..<flags.count, using: &generator))
            return
        }
        let facts = Int.random(in: 0..<4, using: &generator) == 0 ? decisive.compactMap(facts.fact) : facts.flags
        guard let fact = facts.randomElement(using: &generator) else { return }
        let name = ([fact.name] + fact.oldNames.keys.sorted()).randomElement(using: &generator) ?? fact.name
        let values = Int.random(in: 0..<200, using: &generator) == 0 ? ["not a value"] : values(of: fact.kind)
        let flag = "--\(name)=\(values.randomElement(using: &generator) ?? "")"
        if let place = flags.firstIndex(where: { $0.hasPrefix("--\(name)=") }), Bool.random(using: &generator) {
            flags[place] = flag
        } else {
            flags.insert(flag, at: Int.random(in: 0...flags.count, using: &generator))
        }
    }

    /// What names files, or is compared with a neighbour's.
    private static let decisive = [
        "config", "config-dir", "config-file", "authorization-config", "trusted-ca-file", "authorization-mode", "name",
        "listen-client-urls", "cert-file",
    ]

    private static func values(of kind: FlagKind) -> [String] {
        switch kind {
        case .bool: ["true", "false", "0", "F"]
        case .int: ["0", "1", "30", "100", "0x1F"]
        case .float: ["0", "1.5"]
        case .duration: ["10m", "60s", "2h", "0"]
        case .ip: ["127.0.0.1", "0.0.0.0", "::1"]
        case .gates: ["AllAlpha=true", "AllBeta=false", "RotateKubeletServerCertificate=false"]
        case .map: ["a=b"]
        case .string, .stringSlice, .stringArray:
            [
                "", "RBAC", "Node,RBAC", "AlwaysAllow", "NodeRestriction,AlwaysPullImages", "AlwaysAdmit",
                "https://127.0.0.1:2379", "http://10.0.0.1:2379", "/etc/a", "/etc/b", "TLS_AES_128_GCM_SHA256",
            ]
        }
    }
}

extension ComponentFacts {
    fileprivate func fact(_ name: String) -> FlagFact? { flag(name).map { flags[$0] } }
}
