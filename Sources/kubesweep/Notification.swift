import ChildProcess
import FleetSweep
import Hardening
import SweepHistory
import SweepReport

/// Tells a program or a webhook of a sweep. That it fails is said and recorded, and changes nothing else.
struct Notification {
    let command: [String]
    let url: String?
    let secret: [UInt8]?
    let occasion: NotificationOptions.Occasion
    let limit: Duration

    /// Bytes that a program may write; only the beginning of its errors is shown.
    private static let outputLimit = 64 << 10

    func send(_ outcome: Outcome, to recording: Recording) {
        guard isDue(outcome) else { return }
        let body = NoticeReport.json(
            outcome.record, early: outcome.early, warnings: outcome.coverageReport.warnings.map(\.words),
            diff: outcome.change.diff, reason: outcome.change.reason)
        if !command.isEmpty { tell("command", recording) { failure(run(command, body)) } }
        if let url { tell("webhook", recording) { post(body, to: url) } }
    }

    private func isDue(_ outcome: Outcome) -> Bool {
        switch (outcome.change, occasion) {
        case (.notAsked, _): false
        // Where nothing could be compared, nobody can say that nothing changed.
        case (_, .always), (.none, _): true
        case (.changes, .change): !outcome.isQuiet
        case (.changes(let diff, _), .regression):
            !diff.regressions.isEmpty || diff.sights.contains { !$0.isBack } || diff.newer.early != nil
                || outcome.coverage.isNothing || outcome.coverage.isBelowFloor
        }
    }

    private func tell(_ channel: String, _ recording: Recording, _ send: () -> String?) {
        let failure = send()
        if let failure { Console.talk("the \(channel) was not told: \(failure)") }
        do throws(StoreError) {
            try recording.store.map { store throws(StoreError) in
                try store.add(
                    Notice(channel: channel, sent: UTCTime.now.text, failure: failure),
                    to: store.sweep(recording.start.id))
            }
        } catch {
            Console.talk("that the \(channel) was told is not recorded: \(printable(error.message))")
        }
    }

    private func run(_ words: [String], _ input: [UInt8]) -> Result<ProgramRun, ChildProcessError> {
        do throws(ChildProcessError) {
            return .success(
                try ProgramRun(words, input: input, timeLimit: limit, outputLimit: Self.outputLimit))
        } catch {
            return .failure(error)
        }
    }

    /// Nil where the program ended with 0.
    private func failure(_ result: Result<ProgramRun, ChildProcessError>) -> String? {
        switch result {
        case .failure(let error): return printable(error.text)
        case .success(let run):
            let end: String
            switch run.end {
            case .exited(0): return nil
            case .exited(let status): end = "exit status \(status)"
            case .timedOut: end = "it took longer than \(limit.seconds) s"
            case .tooMuch: end = "it wrote more than \(Self.outputLimit >> 10) KiB"
            case .cancelled: end = "interrupted"
            }
            let errors = String(decoding: run.errors, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            return errors.isEmpty ? end : "\(end): \(printable(String(errors)))"
        }
    }

    /// URL, signature and body go to curl on its standard input, where no other account sees them.
    private func post(_ body: [UInt8], to url: String) -> String? {
        var lines = [
            "url = \(quoted(url))", "header = \"Content-Type: application/json\"", "header = \"Expect:\"",
            "user-agent = \"kubesweep/\(Kubesweep.version)\"",
        ]
        if let secret {
            lines.append("header = \"X-Kubesweep-Signature: sha256=\(hmacSHA256(body, key: secret))\"")
        }
        lines.append("data-binary = \(quoted(String(decoding: body, as: UTF8.self)))")
        // -q first: no configuration of the account. Without -L no redirect is followed.
        let words = [
            "curl", "-q", "--silent", "--show-error", "--proto", "=http,https",
            "--max-filesize", "65536", "--output", "/dev/null", "--write-out", "%{http_code}", "--config", "-",
        ]
        let result = run(words, Array((lines.joined(separator: "\n") + "\n").utf8))
        if let failure = failure(result) { return failure }
        guard case .success(let run) = result else { return nil }
        let status = String(decoding: run.output.suffix(3), as: UTF8.self)
        return status.hasPrefix("2") ? nil : "HTTP status \(printable(status))"
    }

    /// As curl's configuration files quote.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Duration {
    /// Seconds, whole ones without a fraction.
    fileprivate var seconds: String {
        let number = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return number == number.rounded() ? "\(Int(number))" : "\(number)"
    }
}
