import Testing

/// The published schemas, by a validator that is not ours (Debian's python3-jsonschema).
enum JSONSchema {
    /// - Parameter name: `sweep` or `evaluation`.
    static func check(
        _ document: [UInt8], is name: String, in scratch: Scratch,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let file = try scratch.write(document, to: "document.json")
        let schema = "\(Built.package)/Sources/SweepReport/Resources/kubesweep.\(name)-1.schema.json"
        let validator = try Program(
            "/usr/bin/python3", ["-W", "ignore", "-m", "jsonschema", "-i", file, schema], in: scratch,
            environment: ["PATH": "/usr/bin:/bin"])
        let end = try await validator.end()
        #expect(
            end.status == 0 && end.stdout.isEmpty, "\(end.output.prefix(2000))\(end.talk.prefix(2000))",
            sourceLocation: sourceLocation)
    }
}
