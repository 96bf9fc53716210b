import ArgumentParser
import FleetSweep
import Glibc
import SweepHistory

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Tells whether the last finished sweep is recent enough and saw enough, for whatever watches the schedule.",
        discussion: """
            Sweeps of a part of the inventory do not count, nor do those that did not finish.

            EXIT STATUS
              0    the last one ended within --max-age and judged enough hosts
              1    it is older, or judged fewer
              2    there is none
            """)

    @Option(
        help: ArgumentHelp("How old it may be: a number with s, m, h or d, e.g. 26h.", valueName: "age"))
    var maxAge = Age(seconds: 26 * 3600)

    @Option(
        help: ArgumentHelp(
            "The part of its hosts, in percent, that it must have judged. Default: at least one host.",
            valueName: "percent"))
    var minJudged: Double?

    @Option(help: "What goes to standard output: text, json.") var format: ReportFormat = .text
    @OptionGroup var state: StateOption

    mutating func validate() throws {
        guard (0...100).contains(minJudged ?? 0) else {
            throw ValidationError("--min-judged must be between 0 and 100")
        }
    }

    func run() {
        do throws(CommandFailure) {
            let status = try read()
            switch format {
            case .json: try Console.result(StatusReport.json(status))
            case .text: try Console.result(Array(StatusReport.text(status).utf8))
            }
            Console.end(status.exitStatus)
        } catch {
            Console.end(error)
        }
    }

    private func read() throws(CommandFailure) -> SweepStatus {
        guard let directory = state.directory else {
            throw CommandFailure(.usage, "where the history is cannot be told: set --state-dir or HOME")
        }
        var status = SweepStatus(maxAge: maxAge, minJudged: minJudged ?? 0, directory: directory.path)
        status.underWay = SweepLock.holder(directory)
        do throws(StoreError) {
            let store = try SweepStore.existing(directory)
            guard let last = try store.lastFinished() else { return status }
            status.last = last
            status.age = last.ended.flatMap { UTCTime(text: $0) }.map { UTCTime.now.seconds(since: $0) }
            status.notices = try store.notices(of: last)
            status.lost = try store.lostHosts(of: last)
        } catch {
            if error.reason != .missing { throw CommandFailure(error) }
        }
        return status
    }
}

/// What is known of the schedule.
struct SweepStatus {
    let maxAge: Age
    /// In percent.
    let minJudged: Double
    let directory: String
    /// Who holds the lock.
    var underWay: String?
    /// The last finished sweep of the whole inventory.
    var last: StoredSweep?
    /// Seconds since its end.
    var age: Int?
    /// Hosts that it did not see; nil where it saw all.
    var lost: LostHosts?
    var notices: [Notice] = []

    init(maxAge: Age, minJudged: Double, directory: String) {
        self.maxAge = maxAge
        self.minJudged = minJudged
        self.directory = directory
    }

    /// Seconds by which clocks may differ; an end further ahead proves nothing.
    private static let tolerance = 300

    /// Why the last sweep does not do; nil where it does.
    var problem: String? { lateness ?? shortfall }

    /// Why it is not recent; nil where it is.
    var lateness: String? {
        guard let last else { return "no finished sweep in \(directory)" }
        guard let age else { return "the end of \(last.id) is no time" }
        if age < -Self.tolerance { return "the last sweep ended in the future: look at the clock" }
        if age <= maxAge.seconds { return nil }
        return "the last finished sweep ended \(Age(seconds: age).text) ago, more than \(maxAge.text)"
    }

    /// Why it says too little of the fleet; nil where it does not.
    var shortfall: String? {
        guard let (judged, hosts) = last.map({ ($0.summary.judged, $0.summary.hosts) }) else { return nil }
        if judged == 0 { return "the last finished sweep judged no host of \(hosts)" }
        if Double(judged) * 100 >= minJudged * Double(hosts) { return nil }
        return "the last finished sweep judged \(judged) of \(hosts) hosts, less than --min-judged"
    }

    var exitStatus: ExitStatus {
        .result(hasFindings: last != nil && problem != nil, isIncomplete: last == nil)
    }
}

/// A stretch of time as people write it: `90m`, `26h`, `2d`.
struct Age: ExpressibleByArgument, Equatable {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        guard let unit = argument.last, let factor = ["s": 1, "m": 60, "h": 3600, "d": 86_400][unit],
            let number = Int(argument.dropLast()), (1...1_000_000).contains(number),
            argument.utf8.first.map({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) == true
        else { return nil }
        seconds = number * factor
    }

    var defaultValueDescription: String { text }

    /// Rounded down to the largest unit of which there are two.
    var text: String {
        for (unit, factor) in [("d", 86_400), ("h", 3600), ("m", 60)] where seconds >= 2 * factor {
            return "\(seconds / factor)\(unit)"
        }
        return "\(seconds)s"
    }
}
