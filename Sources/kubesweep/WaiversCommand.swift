import ArgumentParser
import FleetSweep
import Hardening
import StrictJSON
import StrictYAML
import SweepReport

struct WaiversCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waivers", abstract: "Works on files of accepted failures.",
        subcommands: [Lint.self, Suggest.self])

    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint",
            abstract: "Tells everything that is wrong with files of waivers, with file, line and column.",
            discussion: """
                Besides what keeps the files from being used it finds checks that neither the policy nor a built-in one \
                has, waivers that have expired, and selectors that match nothing in the inventory; these are errors, \
                and the exit status is 65. It warns of waivers that expire within \(WaiverUse.soonDays) days and of \
                those that an earlier one makes needless.
                """)

        @Argument(help: ArgumentHelp("Files of waivers, as they are used together.", valueName: "file"))
        var files: [String]

        @Option(
            name: [.short, .long],
            help: ArgumentHelp(
                "The inventory to hold the selectors against; may be given several times.", valueName: "path"))
        var inventory: [String] = []

        @OptionGroup var reading: ReadingOptions
        @OptionGroup var source: PolicyOption

        func run() {
            do throws(CommandFailure) {
                let findings = try findings()
                let text = findings.map { "\($0)\n" }.joined()
                try Console.result(Array(text.utf8))
                let isBroken = findings.contains { $0.weight == .error }
                Console.end(isBroken ? .badInput : .result(hasFindings: false, isIncomplete: false))
            } catch {
                Console.end(error)
            }
        }

        private func findings() throws(CommandFailure) -> [LintFinding] {
            let places = inventory.isEmpty ? nil : try reading.load(inventory).fleet.waiverPlaces
            let (policy, facts) = try source.load()
            var read: [(name: String, text: String)] = []
            let builtIn: Policy
            do throws(YAMLError) {
                for file in files { read.append((file, try YAMLFile.text(path: file, limit: WaiverList.fileLimit))) }
            } catch {
                throw CommandFailure(.badInput, "the waivers cannot be read\n\(error)")
            }
            do throws(PolicyError) {
                builtIn = try PolicySource.load(BuiltIn.policyNames).policy(facts: facts)
            } catch {
                throw CommandFailure(.software, "the built-in policies cannot be read\n\(error)")
            }
            return WaiverList.lint(
                read, at: UTCTime.now.text, checks: (policy.checks + builtIn.checks).map(\.id), places: places)
        }
    }

    struct Suggest: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggest",
            abstract: "Writes waivers for the failures of a sweep or of a saved JSON report, to be filled in.",
            discussion: """
                Without --report the failures are those of a sweep of the history, of the last finished one unless \
                --sweep names another. Each waiver covers one check with the value it shows in one cluster, or in saved listings. Reason, owner and \
                expiry are left open, and the file is refused until a person has filled them in.
                """)

        @Option(help: ArgumentHelp("An id or its beginning, latest, baseline or a date.", valueName: "sweep"))
        var sweep: String?

        @Option(help: ArgumentHelp("A report of scan or evaluate in JSON; - is standard input.", valueName: "file"))
        var report: String?

        @OptionGroup var state: StateOption

        mutating func validate() throws {
            if report != nil, sweep != nil || state.stateDir != nil {
                throw ValidationError("--report cannot be used with --sweep or --state-dir")
            }
        }

        func run() {
            do throws(CommandFailure) {
                try Console.result(Array(suggestions().yaml.utf8))
            } catch {
                Console.end(error)
            }
        }

        private func suggestions() throws(CommandFailure) -> WaiverSuggestions {
            guard let report else {
                let record = try StoredReport(sweep ?? "latest", in: state.existing()).record
                let hosts = record.hosts
                let judged = hosts.count { $0.state == .evaluated }
                Console.talk(
                    "of \(printable(record.sweep.id)): \(judged) of \(hosts.count) hosts were judged")
                return WaiverSuggestions(record)
            }
            let bytes = try InputFile.read(report, limit: InputFile.reportLimit)
            do throws(JSONProblem) {
                return try WaiverSuggestions(report: bytes)
            } catch {
                throw CommandFailure(.badInput, "the report cannot be read\n\(report):\(escaped(error.description))")
            }
        }
    }
}
