import ArgumentParser
import Glibc
import Hardening
import SweepReport

/// Who is told of what a sweep found, beside its output.
struct NotificationOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A program to start with the changes as JSON on its standard input, and with each further one a word for it. No shell reads them.",
            valueName: "word"))
    var notifyCommand: [String] = []

    @Option(
        help: ArgumentHelp(
            "Send the changes as JSON by POST, with curl; https, or http to this machine. @FILE reads the URL from a file.",
            valueName: "url"))
    var webhook: String?

    @Option(
        help: ArgumentHelp(
            "Sign what the webhook gets with the secret in this file: X-Kubesweep-Signature: sha256=HMAC.",
            valueName: "file"))
    var webhookSecretFile: String?

    @Option(help: "When somebody is told: change (also when there is nothing to compare with), regression, always.")
    var notifyOn: Occasion = .change

    @Option(help: ArgumentHelp("Seconds for each of them.", valueName: "seconds"))
    var notifySeconds = 30.0

    enum Occasion: String, ExpressibleByArgument, CaseIterable {
        case change, regression, always
    }

    var isAsked: Bool { !notifyCommand.isEmpty || webhook != nil }

    mutating func validate() throws {
        guard (0.1...3600).contains(notifySeconds) else {
            throw ValidationError("--notify-seconds must be between 0.1 and 3600")
        }
        if webhookSecretFile != nil, webhook == nil {
            throw ValidationError("--webhook-secret-file needs --webhook")
        }
        if notifyCommand.first?.isEmpty == true { throw ValidationError("--notify-command needs a program") }
    }

    /// Reads the files that it needs, before the first packet.
    func load() throws(CommandFailure) -> Notification? {
        if !isAsked { return nil }
        var url = webhook
        if let webhook, webhook.hasPrefix("@") {
            let file = String(webhook.dropFirst())
            let text = String(decoding: try Self.read(file), as: UTF8.self)
            url = String(text.prefix { $0 != "\n" && $0 != "\r\n" && $0 != "\r" })
        }
        if let url, !Self.isAcceptable(url) {
            throw CommandFailure(
                .usage,
                "--webhook must be an https URL, or an http URL of localhost, without blanks\nnothing was contacted")
        }
        var secret: [UInt8]?
        if let webhookSecretFile {
            var bytes = try Self.read(webhookSecretFile)
            while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
                bytes.removeLast()
            }
            if bytes.isEmpty { throw CommandFailure(.noInput, "\(printable(webhookSecretFile)) holds no secret") }
            secret = bytes
        }
        return Notification(
            command: notifyCommand, url: url, secret: secret, occasion: notifyOn, limit: .seconds(notifySeconds))
    }

    /// Findings are a map of weak spots, so that they leave this machine over TLS only.
    private static func isAcceptable(_ url: String) -> Bool {
        guard url.utf8.count <= 4096, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return false }
        if url.hasPrefix("https://") { return url.utf8.count > 8 }
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // An account before an @ could make any host look like ours.
        if authority.contains("@") { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(String(host))
    }

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw CommandFailure(.noInput, "\(printable(path)): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0, count < buffer.count else {
            let cause = count < 0 ? String(cString: strerror(errno)) : "longer than 64 KiB"
            throw CommandFailure(.noInput, "\(printable(path)): \(cause)")
        }
        return Array(buffer[..<count])
    }
}
