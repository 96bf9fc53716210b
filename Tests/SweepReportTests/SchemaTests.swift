import Foundation
import Hardening
import ProcessTable
import SweepReport
import Testing

/// The published schemas against a validator that is not ours (Debian's python3-jsonschema).
struct SchemaTests {
    @Test(arguments: [
        ("sweep.json", "sweep"), ("clean.json", "sweep"), ("empty.json", "sweep"), ("waived.json", "sweep"),
        ("evaluation.json", "evaluation"),
        ("diff.json", "diff"), ("diff-unchanged.json", "diff"), ("drift.json", "drift"), ("notice.json", "notice"),
        ("doctor.json", "doctor"), ("doctor-settings.json", "doctor"), ("doctor-tried.json", "doctor"),
    ])
    func `the golden documents are valid`(name: String, schema: String) throws {
        let complaint = try complaint(about: Data(contentsOf: Golden.directory.appending(path: name)), schema)
        #expect(complaint == "")
    }

    @Test(arguments: [
        ("sweep.json", "sweep", #""verdict": "pass""#, #""verdict": "warn""#),
        ("sweep.json", "sweep", #""reason": "versionNeeded""#, #""reason": "removed""#),
        ("sweep.json", "sweep", #""verdict": "fail", "reason": null"#, #""verdict": "fail", "reason": "unseen""#),
        ("sweep.json", "sweep", #""severity": "critical""#, #""severity": "urgent""#),
        ("sweep.json", "sweep", #""state": "hidden""#, #""state": "lost""#),
        ("sweep.json", "sweep", #""schema": "kubesweep.sweep/1""#, #""schema": "kubesweep.sweep/2""#),
        ("sweep.json", "sweep", #""started": "2026-11-23T02:00:00Z""#, #""started": "2026-11-23 02:00""#),
        ("sweep.json", "sweep", #""pid": 1201"#, #""pid": "1201""#),
        ("sweep.json", "sweep", #""listing": "proven""#, #""listing": "cut""#),
        ("sweep.json", "sweep", #""component": "kube-apiserver""#, #""component": "kube-proxy""#),
        ("waived.json", "sweep", #""ticket": "OPS-7", "expired": false}"#, #""ticket": "OPS-7"}"#),
        ("waived.json", "sweep", #""remarks": ["expired"]"#, #""remarks": "expired""#),
        ("empty.json", "sweep", #""coverage": 0.0"#, #""covered": 0.0"#),
        ("clean.json", "sweep", #""coverage": 100.0"#, #""coverage": 100.1"#),
        ("evaluation.json", "evaluation", #""state": "unreadable""#, #""state": "evaluated""#),
        ("evaluation.json", "evaluation", #""failure": null"#, #""failure": "none""#),
        ("doctor.json", "doctor", #""health": "ok""#, #""health": "fine""#),
        ("doctor.json", "doctor", #""area": "agent""#, #""area": "agents""#),
        ("doctor.json", "doctor", #""soft": 1024"#, #""soft": null"#),
        ("doctor.json", "doctor", #""fleet": null"#, #""fleet": {}"#),
        ("doctor-settings.json", "doctor", #""from": "default""#, #""from": "guess""#),
        ("doctor-settings.json", "doctor", #""state": "known""#, #""state": "fine""#),
        ("doctor-settings.json", "doctor", #""way": "bastion""#, #""way": "tunnel""#),
        ("doctor-tried.json", "doctor", #""reached": true"#, #""reached": false"#),
        ("doctor-tried.json", "doctor", #""handshake": 12345"#, #""handshake": "12 ms""#),
        ("drift.json", "drift", #""kind": "rolling""#, #""kind": "rolled""#),
        ("drift.json", "drift", #""flag": "v""#, #""flag": null"#),
        ("diff.json", "diff", #""kind": "new""#, #""kind": "newer""#),
        ("diff.json", "diff", "\"causes\": [\n        \"host\"\n      ]", #""causes": []"#),
        ("diff.json", "diff", #""relation": "alone""#, #""relation": "lonely""#),
        ("diff-unchanged.json", "diff", #""changed": false"#, #""changed": null"#),
        ("notice.json", "notice", #""truncated": "#, #""cut": "#),
    ])
    func `a broken document is refused`(name: String, schema: String, good: String, bad: String) throws {
        let text = try String(contentsOf: Golden.directory.appending(path: name), encoding: .utf8)
        let place = try #require(text.range(of: good))
        let complaint = try complaint(about: Data(text.replacingCharacters(in: place, with: bad).utf8), schema)
        #expect(complaint != "")
    }

    @Test func `a key that is added later breaks no consumer`() throws {
        let text = try String(contentsOf: Golden.directory.appending(path: "clean.json"), encoding: .utf8)
        let added = text.replacing(#""coverage":"#, with: #""later": [1], "coverage":"#)
        #expect(added != text)
        #expect(try complaint(about: Data(added.utf8), "sweep") == "")
    }

    private static let severities = Severity.allCases.map(\.rawValue)
    private static let components = Component.allCases.map(\.rawValue)
    private static let findings = [
        "$defs.severity": severities, "$defs.component": components,
        "$defs.verdict": [Verdict.pass, .fail, .unknown(.unseen), .notApplicable(.removed)].map(\.word),
        "$defs.unknownReason": UnknownReason.allCases.map(\.rawValue),
        "$defs.notApplicableReason": NotApplicableReason.allCases.map(\.rawValue),
        "$defs.state": HostState.allCases.map(\.rawValue),
    ]
    private static let listings = [
        "$defs.listing": ([.proven, .assumed, .excerpt] + CutSign.allCases.map(Wholeness.cut)).map(\.word)
    ]
    private static let changes = FindingChange.Kind.allCases.map(\.rawValue)
    private static let causes = ChangeCause.allCases.map(\.rawValue)

    /// Words of another room's are held to it by that room's tests: FleetSweepTests, HostInventoryTests.
    @Test(
        arguments: [
            ("sweep", findings.merging(listings) { $1 }, []), ("evaluation", findings.merging(listings) { $1 }, []),
            (
                "diff",
                findings.merging([
                    "$defs.kind": changes, "$defs.cause": causes,
                    "$defs.relation": Attribution.Relation.allCases.map(\.rawValue),
                    "$defs.driftKind": DriftChange.Kind.allCases.map(\.rawValue),
                ]) { $1 }, []
            ),
            (
                "drift",
                [
                    "$defs.component": components,
                    "properties.drift.items.properties.kind": DriftCourse.Kind.allCases.map(\.rawValue),
                ], []
            ),
            (
                "notice",
                [
                    "$defs.severity": severities, "$defs.component": components,
                    "properties.firstChanges.items.properties.kind": changes,
                    "properties.firstChanges.items.properties.causes.items": causes,
                    "properties.firstDrift.items.properties.kind": DriftChange.Kind.allCases.map(\.rawValue),
                    "properties.firstInventory.items.properties.kind": InventoryItem.Kind.allCases.map(\.rawValue),
                ], []
            ),
            (
                "doctor",
                [
                    "$defs.health": Health.allCases.map(\.rawValue),
                    "$defs.area": HealthItem.Area.allCases.map(\.rawValue),
                    "$defs.origin": SettingOrigin.allCases.map(\.rawValue),
                    "$defs.way": HostCheckup.Way.allCases.map(\.rawValue),
                    "$defs.newKeys": HostCheckup.NewHostKeys.allCases.map(\.rawValue),
                ], ["$defs.hostKeyState"]
            ),
            ("inventory", [:], ["properties.problems.items.properties.kind"]),
            // The two are told apart by the program alone.
            ("status", ["properties.failedNotices.items.properties.channel": ["command", "webhook"]], []),
            ("history", [:], []), ("replay", [:], []),
        ] as [(String, [String: [String]], [String])])
    func `every closed list of words is the program's own`(
        schema: String, words: [String: [String]], elsewhere: [String]
    ) throws {
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file(schema)))
        var found = Self.lists(in: document, at: [])
        for path in elsewhere { #expect(found.removeValue(forKey: path) != nil, "\(path)") }
        #expect(found == words)
    }

    /// The lists by their places in the schema. A condition's are no list of what there is.
    private static func lists(in value: Any, at path: [String]) -> [String: [String]] {
        if let values = value as? [Any] {
            return values.enumerated().reduce(into: [:]) { lists, element in
                lists.merge(Self.lists(in: element.element, at: path + ["\(element.offset)"])) { $1 }
            }
        }
        guard let members = value as? [String: Any] else { return [:] }
        return members.reduce(into: [:]) { lists, member in
            if member.key == "enum", let words = member.value as? [String] {
                lists[path.joined(separator: ".")] = words
            } else if member.key != "if" {
                lists.merge(Self.lists(in: member.value, at: path + [member.key])) { $1 }
            }
        }
    }

    @Test(arguments: ["sweep", "evaluation"])
    func `sums have a member for each word`(schema: String) throws {
        let definitions = try JSONDecoder().decode(Schema.self, from: Data(contentsOf: Self.file(schema))).definitions
        #expect(definitions["states"]?.required == ["total"] + HostState.allCases.map(\.rawValue))
        #expect(definitions["failed"]?.required == Severity.allCases.reversed().map(\.rawValue))
    }

    private struct Schema: Decodable {
        let definitions: [String: Definition]

        enum CodingKeys: String, CodingKey { case definitions = "$defs" }
    }

    private struct Definition: Decodable {
        let required: [String]?
    }

    private static func file(_ schema: String) -> URL {
        Golden.directory.appending(path: "../../../Sources/SweepReport/Resources/kubesweep.\(schema)-1.schema.json")
            .standardizedFileURL
    }

    /// What the validator says; empty where it finds nothing wrong.
    private func complaint(about document: Data, _ schema: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "kubesweep-\(UUID()).json")
        try document.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let validator = Process()
        validator.executableURL = URL(filePath: "/usr/bin/python3")
        validator.arguments = ["-W", "ignore", "-m", "jsonschema", "-i", file.path, Self.file(schema).path]
        let pipe = Pipe()
        validator.standardOutput = pipe
        validator.standardError = pipe
        try validator.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        validator.waitUntilExit()
        let text = String(decoding: output, as: UTF8.self)
        // Anything but a verdict on the document is a fault of the test's surroundings.
        if text.contains("No module named") { Issue.record("python3-jsonschema is not installed") }
        return validator.terminationStatus == 0 ? text : "refused: \(text)"
    }
}
