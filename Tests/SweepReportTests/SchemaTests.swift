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

    @Test func `every list of words in a diff is the program's own`() throws {
        let file = try Data(contentsOf: Self.file("diff"))
        let definitions = try JSONDecoder().decode(Schema.self, from: file).definitions
        #expect(definitions["kind"]?.words == FindingChange.Kind.allCases.map(\.rawValue))
        #expect(definitions["cause"]?.words == ChangeCause.allCases.map(\.rawValue))
        #expect(definitions["state"]?.words == HostState.allCases.map(\.rawValue))
        #expect(definitions["component"]?.words == Component.allCases.map(\.rawValue))
    }

    @Test(arguments: ["sweep", "evaluation"])
    func `every list of words is the program's own`(schema: String) throws {
        let file = try Data(contentsOf: Self.file(schema))
        let definitions = try JSONDecoder().decode(Schema.self, from: file).definitions
        #expect(definitions["severity"]?.words == Severity.allCases.map(\.rawValue))
        #expect(
            definitions["verdict"]?.words
                == [Verdict.pass, .fail, .unknown(.unseen), .notApplicable(.removed)].map(\.word))
        #expect(definitions["unknownReason"]?.words == UnknownReason.allCases.map(\.rawValue))
        #expect(definitions["notApplicableReason"]?.words == NotApplicableReason.allCases.map(\.rawValue))
        #expect(definitions["state"]?.words == HostState.allCases.map(\.rawValue))
        #expect(definitions["states"]?.required == ["total"] + HostState.allCases.map(\.rawValue))
        #expect(definitions["failed"]?.required == Severity.allCases.reversed().map(\.rawValue))
        #expect(definitions["component"]?.words == Component.allCases.map(\.rawValue))
        #expect(
            definitions["listing"]?.words
                == ([.proven, .assumed, .excerpt] + CutSign.allCases.map(Wholeness.cut)).map(\.word))
        #expect(
            Set(definitions.filter { $0.value.words != nil }.keys) == [
                "severity", "verdict", "unknownReason", "notApplicableReason", "state", "component", "listing",
            ])
    }

    @Test func `every list of words of a checkup is the program's own`() throws {
        let file = try Data(contentsOf: Self.file("doctor"))
        let definitions = try JSONDecoder().decode(Schema.self, from: file).definitions
        #expect(
            definitions.compactMapValues(\.words) == [
                "health": Health.allCases.map(\.rawValue), "area": HealthItem.Area.allCases.map(\.rawValue),
                "origin": SettingOrigin.allCases.map(\.rawValue), "way": HostCheckup.Way.allCases.map(\.rawValue),
                // `HostTrust.State` of another room; FleetSweepTests hold the two together.
                "hostKeyState": [
                    "known", "knownWithoutPort", "unsupportedType", "authorityOnly", "revoked", "unknown",
                ],
            ])
    }

    private struct Schema: Decodable {
        let definitions: [String: Definition]

        enum CodingKeys: String, CodingKey { case definitions = "$defs" }
    }

    private struct Definition: Decodable {
        let words: [String]?
        let required: [String]?

        enum CodingKeys: String, CodingKey {
            case words = "enum"
            case required
        }
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
