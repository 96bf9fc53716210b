import ArgumentParser
import Hardening

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Works on policy files.", subcommands: [Lint.self])

    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint",
            abstract: "Tells everything that is wrong with policies, with file, line and column.",
            discussion: """
                Several are checked together, as --policy would take them. Besides what keeps a policy from being used \
                it finds checks that no line can pass or fail, rules that never decide, flags that no release in \
                question has or that exclude one another, checks that contradict each other, and dashes and quotation \
                marks that were pasted from a document. The exit status is 65 where it finds anything.
                """)

        @Argument(
            help: ArgumentHelp(
                "Policy files, or names of built-in ones (\(BuiltIn.policyNames.joined(separator: ", "))).",
                valueName: "policy"))
        var policies: [String]

        func run() {
            do throws(CommandFailure) {
                let findings = try findings()
                let text = findings.map { "\($0)\n" }.joined()
                try Console.result(Array(text.utf8))
                Console.end(findings.isEmpty ? .result(hasFindings: false, isIncomplete: false) : .badInput)
            } catch {
                Console.end(error)
            }
        }

        private func findings() throws(CommandFailure) -> [LintFinding] {
            do throws(PolicyError) {
                return try PolicySource.load(policies).lint(facts: BuiltIn.facts())
            } catch {
                throw CommandFailure(.badInput, "the policy cannot be read\n\(error)")
            }
        }
    }
}
