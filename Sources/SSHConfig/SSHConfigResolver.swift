import ChildProcess
import Glibc
import Synchronization

/// The room of ssh_config: what ssh would do with a host, asked of ssh itself (`ssh -G`). The files are read here
/// only to tell which hosts they treat alike, so that ssh is asked once for all of these. It knows nothing of what the
/// hosts are.
package struct SSHConfigResolver: Sendable {
    package enum Source: Sendable, Hashable {
        /// The user's file and the system's, as ssh finds them.
        case standard
        /// Only this one, as with `ssh -F`.
        case file(String)
    }

    package enum Failure: Error, Sendable, Equatable {
        /// Nothing is known of any host. The files that hold settings which are ignored now, with their keywords.
        case noSSH(ignored: [String])
        /// ssh's own words, or what became of it.
        case refused(String)
    }

    package struct Report: Sendable {
        package var settings: [SSHConfigQuery: Result<SSHSettings, Failure>] = [:]
        /// How often ssh was started.
        package var calls = 0
    }

    private let source: Source
    let person: Person
    /// For one call of ssh; `Match exec` may take its time.
    private let timeLimit: Duration

    package init(_ source: Source, person: Person = .current, timeLimit: Duration = .seconds(10)) {
        self.source = source
        self.person = person
        self.timeLimit = timeLimit
    }

    private static let outputLimit = 256 << 10

    /// As `resolve`, on a thread of its own.
    package func resolved(
        _ queries: [SSHConfigQuery], isCancelled: @escaping @Sendable () -> Bool
    ) async -> Report {
        await withCheckedContinuation { continuation in
            Parallel.detach { continuation.resume(returning: resolve(queries, isCancelled: isCancelled)) }
        }
    }

    /// Asks for each host, `width` at a time. Blocks.
    func resolve(
        _ queries: [SSHConfigQuery], width: Int = 2 * SSHConfigResolver.cores,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> Report {
        var text = SSHConfigText()
        switch source {
        case .standard:
            text.add(file: "\(person.home)/.ssh/config", isUsers: true, home: person.home)
            text.add(file: "/etc/ssh/ssh_config", isUsers: false, home: person.home)
        case .file(let path): text.add(file: path, isUsers: true, home: person.home)
        }
        let shapes = SSHConfigShapes(text, localUser: person.name)
        var alone: [SSHConfigQuery] = []
        var groups: [SSHConfigShape: [Member]] = [:]
        var order: [SSHConfigShape] = []
        for query in Set(queries).sorted(by: { $0.host < $1.host }) {
            if let (shape, own) = shapes.shape(of: query) {
                if groups[shape] == nil { order.append(shape) }
                groups[shape, default: []].append(Member(query: query, own: own))
            } else {
                alone.append(query)
            }
        }

        let calls = Calls(resolver: self, width: width, isCancelled: isCancelled)
        // Two of each shape are asked for: if one's answer cannot be had from the other's, the files were misread
        // here, and every host of the shape is asked for alone.
        let asked = order.flatMap { shape in groups[shape].map { [$0.first, $0.last] } ?? [] }.compactMap { $0?.query }
        calls.ask(asked)
        var report = Report()
        for shape in order {
            guard let members = groups[shape], let first = members.first, let last = members.last else { continue }
            guard case .success(let answer)? = calls.answers[first.query],
                answer == answer.with(first.own, typed: first.query.host),
                calls.answers[last.query] == .success(answer.with(last.own, typed: last.query.host))
            else {
                // Where ssh refuses a file it does so for every host of the shape.
                if case .failure(let failure)? = calls.answers[first.query],
                    calls.answers[last.query] == .failure(failure)
                {
                    for member in members { calls.answers[member.query] = .failure(failure) }
                } else {
                    alone += members.map(\.query)
                }
                continue
            }
            // A fleet's hosts are thousands, and most answers name none of them.
            if answer.hasNoTokens, let settings = answer.settings(typed: first.query.host, person: person) {
                for member in members {
                    report.settings[member.query] = .success(settings.with(member.own, typed: member.query.host))
                }
                continue
            }
            for member in members {
                calls.answers[member.query] = .success(answer.with(member.own, typed: member.query.host))
            }
        }
        calls.ask(alone)

        report.calls = calls.count
        let ignored = text.keywords.map { "\($0.file) (\($0.names.sorted().joined(separator: ", ")))" }
        for (query, answer) in calls.answers where report.settings[query] == nil {
            report.settings[query] = answer.flatMap { answer in
                guard let settings = answer.settings(typed: query.host, person: person) else {
                    return .failure(.refused("its answer holds no host name, user or port"))
                }
                return .success(settings)
            }.mapError { $0 == .noSSH(ignored: []) ? .noSSH(ignored: ignored) : $0 }
        }
        return report
    }

    private struct Member {
        var query: SSHConfigQuery
        var own: SSHConfigOwn
    }

    package static let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    func ask(
        _ query: SSHConfigQuery, keepsAll: Bool = false, isCancelled: () -> Bool = { false }
    ) -> Result<SSHConfigAnswer, Failure> {
        if isCancelled() { return .failure(.refused("cancelled")) }
        var words = ["ssh", "-G"]
        if case .file(let path) = source { words += ["-F", path] }
        if let user = query.user { words += ["-l", user] }
        if let port = query.port { words += ["-p", String(port)] }
        do throws(ChildProcessError) {
            let run = try ProgramRun(
                words + ["--", query.host], timeLimit: timeLimit, outputLimit: Self.outputLimit,
                isCancelled: isCancelled)
            switch run.end {
            case .exited(0): return .success(SSHConfigAnswer(run.output, keepsAll: keepsAll))
            case .exited(let status):
                let said = String(decoding: run.errors, as: UTF8.self).split(whereSeparator: \.isNewline)
                    .joined(separator: " / ")
                return .failure(.refused(said.isEmpty ? "it ended with status \(status)" : said))
            case .cancelled: return .failure(.refused("cancelled"))
            case .timedOut: return .failure(.refused("it did not end within \(timeLimit)"))
            case .tooMuch: return .failure(.refused("its answer is longer than \(Self.outputLimit) bytes"))
            }
        } catch {
            return .failure(error.isMissing ? .noSSH(ignored: []) : .refused(error.text))
        }
    }
}

/// Asks ssh for several hosts at a time, each once.
private final class Calls {
    private let resolver: SSHConfigResolver
    private let width: Int
    private let isCancelled: @Sendable () -> Bool
    var answers: [SSHConfigQuery: Result<SSHConfigAnswer, SSHConfigResolver.Failure>] = [:]
    private(set) var count = 0

    init(resolver: SSHConfigResolver, width: Int, isCancelled: @escaping @Sendable () -> Bool) {
        self.isCancelled = isCancelled
        self.resolver = resolver
        self.width = max(1, width)
    }

    func ask(_ queries: [SSHConfigQuery]) {
        let missing = Set(queries).filter { answers[$0] == nil }.sorted { $0.host < $1.host }
        guard let first = missing.first else { return }
        // The first tells whether there is an ssh at all.
        let answer = resolver.ask(first, isCancelled: isCancelled)
        answers[first] = answer
        count += 1
        if case .failure(.noSSH) = answer {
            for query in missing { answers[query] = answer }
            return
        }
        let answered = Parallel.map(Array(missing.dropFirst()), width: width) { [resolver, isCancelled] query in
            resolver.ask(query, isCancelled: isCancelled)
        }
        for (query, answer) in answered {
            answers[query] = answer
            count += 1
        }
    }
}
