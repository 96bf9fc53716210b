import Hardening
import ProcessTable
import StrictJSON
import SeededRandom
import Testing

struct EvidenceDocumentTests {
    private let evidence = HostEvidence(
        wholeness: .cut(.outputLimit), isHidden: true, rowCount: 12,
        processes: [
            ControlPlaneProcess(
                component: .kubeAPIServer, pid: 7, parent: 1, user: "root", program: "/usr/bin/kube-apiserver",
                arguments: ["--profiling=false", "", "--x=\"\u{1B}é\u{202E}"], isCut: true),
            ControlPlaneProcess(
                component: .etcd, pid: 8, parent: nil, user: "etcd", program: "k3s", arguments: [],
                settings: .file(distribution: "k3s", path: "/etc/rancher/k3s/config.yaml"), starter: .service),
        ],
        lookAlikes: [
            ControlPlaneProcess(
                component: .kubelet, pid: 9, parent: 1, user: "nobody", program: "kubelet", arguments: ["-v=2"],
                isKnownUser: false, starter: .session("tmux"))
        ],
        unreadableRows: 2)

    private let text = #"""
        {"listing": "cut: outputLimit", "hidden": true, "rows": 12, "unreadableRows": 2, "lookAlikes": [{"component": "kubelet", "pid": 9, "parent": 1, "user": "nobody", "knownUser": false, "starter": {"kind": "session", "program": "tmux"}, "program": "kubelet", "cut": false, "settings": null, "arguments": ["-v=2"]}], "processes": [{"component": "kube-apiserver", "pid": 7, "parent": 1, "user": "root", "knownUser": true, "starter": {"kind": "notListed", "program": ""}, "program": "/usr/bin/kube-apiserver", "cut": true, "settings": null, "arguments": ["--profiling=false", "", "--x=\"\u001bé\u202e"]}, {"component": "etcd", "pid": 8, "parent": null, "user": "etcd", "knownUser": true, "starter": {"kind": "service", "program": ""}, "program": "k3s", "cut": false, "settings": {"distribution": "k3s", "path": "/etc/rancher/k3s/config.yaml"}, "arguments": []}]}
        """#

    private func read(_ text: String) throws(JSONProblem) -> HostEvidence {
        var json = JSONReader(Array(text.utf8))
        let evidence = try EvidenceDocument.read(&json)
        try json.end()
        return evidence
    }

    @Test func `writes these bytes`() {
        #expect(String(decoding: EvidenceDocument(evidence).bytes, as: UTF8.self) == text)
    }

    @Test func `reads them back`() throws {
        #expect(try read(text) == evidence)
    }

    @Test func `reads back whatever a listing gives, and so its verdicts`() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<60 {
            let rows = [
                apiServerRow(randomFlags(&generator)), "root 9 1 0 10:14 ? 00:00:00 k3s server --config=/k",
                "nobody 10 1 0 10:14 ? 00:00:00 kubelet \(randomFlags(&generator))",
            ]
            let text = listing(rows, end: Bool.random(using: &generator) ? endMarker : "")
            let evidence = try HostEvidence.read(Array(text.utf8), origin: .remoteCommand)
            let again = try read(String(decoding: EvidenceDocument(evidence).bytes, as: UTF8.self))
            #expect(again == evidence)
            #expect(EvidenceDocument(again) == EvidenceDocument(evidence))
            let judge = try judge()
            #expect(judge.judge(again, claimed: nil) == judge.judge(evidence, claimed: nil))
        }
    }

    @Test(arguments: [
        (#""rows": 12"#, #""rows": -1"#, "rows: a number below zero"),
        (#""rows": 12"#, #""rows": "12""#, "rows: a value is expected"),
        (#""rows": 12, "#, "", "the key is missing: rows"),
        (#""hidden": true"#, #""hidden": 1"#, "hidden: true or false is expected"),
        (#""cut: outputLimit""#, #""cut: short""#, "listing: no word for how whole a listing is"),
        (#""component": "etcd""#, #""component": "etcd2""#, "processes[1].component: no word for a component"),
        (#""parent": null"#, #""parent": true"#, "processes[1].parent: a value is expected"),
        (#""arguments": []"#, #""arguments": null"#, "processes[1].arguments: they were too long to be kept"),
        (#""arguments": []"#, #""arguments": [1]"#, "processes[1].arguments[0]: a string is expected"),
        (#""path": "/etc"#, #""paths": "/etc"#, "processes[1].settings: the key is missing: path"),
        (#", "user": "nobody""#, "", "lookAlikes[0]: the key is missing: user"),
    ])
    func `says what is wrong, and where`(good: String, bad: String, message: String) throws {
        let broken = text.replacing(good, with: bad)
        #expect(broken != text)
        let problem = #expect(throws: JSONProblem.self) { try read(broken) }
        #expect(problem.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" } == message)
    }

    @Test func `a key that is added later is gone past`() throws {
        #expect(try read(text.replacing(#""rows": 12"#, with: #""later": [{"a": null}], "rows": 12"#)) == evidence)
    }

    @Test func `a text cut anywhere is refused`() {
        for length in 0..<text.utf8.count {
            #expect(throws: JSONProblem.self) { try read(String(decoding: Array(text.utf8)[..<length], as: UTF8.self)) }
        }
    }

    @Test func `arguments beyond the limit are not kept, and nothing else is lost`() throws {
        var long = evidence
        long.processes[0].arguments = [String(repeating: "x", count: EvidenceDocument.argumentsLimit)]
        let document = String(decoding: EvidenceDocument(long).bytes, as: UTF8.self)
        #expect(document.contains(#""cut": true, "settings": null, "arguments": null}"#))
        #expect(document.utf8.count < 1000)
        long.processes[0].arguments[0].removeLast()
        #expect(EvidenceDocument(long).bytes.count > EvidenceDocument.argumentsLimit)
    }
}
