import Foundation
import Glibc
import Testing

/// Compares all that a run left behind with a file of `Expected`, once what differs in each run is replaced.
/// KUBESWEEP_RECORD_EXPECTED=1 writes the files instead; read the difference before committing it.
enum Transcript {
    static let isRecording = getenv("KUBESWEEP_RECORD_EXPECTED") != nil

    static func check(
        _ end: ProgramEnd, of arguments: [String], is name: String, replacing: [(String, String)] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(!end.wasKilled, "the program did not end by itself", sourceLocation: sourceLocation)
        let text = try text(end, arguments, replacing)
        let file = "\(Built.package)/Tests/EndToEndTests/Expected/\(name).txt"
        if isRecording {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            return
        }
        let expected = String(decoding: (try? Scratch.read(file)) ?? [], as: UTF8.self)
        if text == expected { return }
        let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let first = zip(expectedLines, lines).prefix { $0 == $1 }.count
        Issue.record(
            """
            differs from Expected/\(name).txt from line \(first + 1) on
            expected: \(expectedLines.dropFirst(first).first ?? "(the end)")
            got:      \(lines.dropFirst(first).first ?? "(the end)")
            all of it:
            \(text)
            """, sourceLocation: sourceLocation)
    }

    private static func text(
        _ end: ProgramEnd, _ arguments: [String], _ replacing: [(String, String)]
    ) throws -> String {
        let words = arguments.map { $0.contains(where: { " *'\n".contains($0) }) || $0.isEmpty ? "'\($0)'" : $0 }
        var text = (["$ kubesweep"] + words).joined(separator: " ") + "\n"
        text += section("standard output", try #require(String(validating: end.stdout, as: UTF8.self)))
        text += section("standard error", try #require(String(validating: end.stderr, as: UTF8.self)))
        text += "-- exit status \(end.status)\n"
        for (this, that) in replacing { text = text.replacingOccurrences(of: this, with: that) }
        return masked(text)
    }

    private static func section(_ title: String, _ text: String) -> String {
        "-- \(title)\n" + text + (text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? "" : "\n-- (no line end)\n")
    }

    /// Times, durations, digests and keys; equal ones stay equal.
    static func masked(_ text: String) -> String {
        var text = text
        text.replace(#/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}/#, with: "<SWEEP>")
        text.replace(#/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/#, with: "<TIME>")
        text.replace(#/"milliseconds": [0-9]+/#, with: "\"milliseconds\": <MILLISECONDS>")
        // A live listing also holds the session's own processes, whose number may differ by one that is ending.
        text.replace(#/"bytes": [0-9]+/#, with: "\"bytes\": <BYTES>")
        text.replace(#/"rows": [0-9]+/#, with: "\"rows\": <ROWS>")
        text.replace(#/"libssh2": "[^"]+"/#, with: "\"libssh2\": \"<LIBSSH2>\"")
        numbered(&text, #/SHA256:[A-Za-z0-9+\/]{43}/#, "FINGERPRINT")
        numbered(&text, #/AAAA[A-Za-z0-9+\/]{40,}=*/#, "KEY")
        numbered(&text, #/sha256:[0-9a-f]{64}/#, "DIGEST")
        return text
    }

    private static func numbered(_ text: inout String, _ pattern: Regex<Substring>, _ word: String) {
        var seen: [Substring] = []
        text = text.replacing(pattern) { match in
            if !seen.contains(match.output) { seen.append(match.output) }
            return "<\(word)-\((seen.firstIndex(of: match.output) ?? 0) + 1)>"
        }
    }
}

extension LoopbackFleet {
    /// What is different about this fleet in every run.
    var replacements: [(String, String)] {
        [
            (state, "<STATE>"), ("kubesweep-audit-\(port)", "kubesweep-audit-<PORT>"), (":\(port)", ":<PORT>"),
            ("-p \(port)", "-p <PORT>"),
        ]
    }
}

extension ProgramEnd {
    /// Bytes that steer a terminal, other than line ends, and text that is not UTF-8.
    var steersTerminal: Bool {
        for bytes in [stdout, stderr] {
            guard let text = String(validating: bytes, as: UTF8.self) else { return true }
            if text.unicodeScalars.contains(where: { $0 != "\n" && $0.properties.generalCategory == .control }) {
                return true
            }
        }
        return false
    }
}
