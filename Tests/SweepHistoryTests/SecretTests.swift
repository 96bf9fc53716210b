import Foundation
import Hardening
import SweepHistory
import Testing

/// What a host's line may hold, and nobody may find in what is kept of it.
@Suite struct SecretTests {
    private static let lines = [
        "--etcd-servers=https://root:h7Kq2Zw9@etcd:2379", "--datastore-endpoint postgres://u:h7Kq2Zw9@db/k",
        "--oidc-client-secret=h7Kq2Zw9", "--db-password h7Kq2Zw9", "--somepassphrase=h7Kq2Zw9", "--api-key=h7Kq2Zw9",
        "--encryption-key h7Kq2Zw9", "--registry-credentials=u:h7Kq2Zw9", "--basic-auth=u:h7Kq2Zw9",
        "--hook=https://h/?password=h7Kq2Zw9&x=1", "--hook=https://h/?x=1&sig=h7Kq2Zw9",
        "--store=user=u,password=h7Kq2Zw9", "--header=Authorization: Bearer h7Kq2Zw9 --v=2", "--header Basic h7Kq2Zw9",
        "--x=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJh7Kq2Zw9In0.h7Kq2Zw9", "--x=ghp_h7Kq2Zw9h7Kq2Zw9",
        "--x=glpat-h7Kq2Zw9h7Kq2Zw9", "--x=xoxb-h7Kq2Zw9h7Kq2Zw9",
        "--x=-----BEGIN PRIVATE KEY-----?h7Kq2Zw9?-----END PRIVATE KEY-----",
    ]

    @Test func `no secret of a line is in the file, and each night is as it would be without it`() throws {
        let directory = try TemporaryDirectory()
        let night = Night(
            id: "20261101T020000Z-0001", started: "2026-11-01T02:00:00Z",
            hosts: Self.lines.enumerated().map { ("cp\($0)", "--profiling=false \($1) --token-auth-file=/t") })
        let records = try night.records()
        for (line, record) in zip(Self.lines, records) {
            let document = try #require(record.evidence).document.bytes
            #expect(!String(decoding: document, as: UTF8.self).contains("h7Kq2Zw9"), "\(line)")
            #expect(!"\(record)".contains("h7Kq2Zw9"), "\(line)")
            // The flags around it are read all the same.
            let findings = record.processes.flatMap(\.findings)
            #expect(findings.first { $0.check == "apiserver-profiling" }?.verdict == .pass, "\(line)")
            #expect(findings.first { $0.check == "apiserver-token-auth-file" }?.verdict == .fail, "\(line)")
        }
        try night.write(to: SweepStore.open(directory.state))
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.state.path) {
            let kept = try Data(contentsOf: URL(filePath: "\(directory.state.path)/\(name)"))
            #expect(kept.range(of: Data("h7Kq2Zw9".utf8)) == nil, "\(name)")
        }
    }
}
