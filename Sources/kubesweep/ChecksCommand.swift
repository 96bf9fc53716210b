import ArgumentParser
import Hardening
import SweepReport

struct ChecksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checks", abstract: "Lists the checks of a policy and explains each.",
        subcommands: [List.self, Explain.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the checks of a policy.")

        @OptionGroup var source: PolicyOption

        func run() {
            source.show { CheckCatalog.list($0) }
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain", abstract: "Tells what a check wants, why, how to fix it and what the fix may break."
        )

        @Argument(help: "The check's id, as reports show it.")
        var id: String

        @OptionGroup var source: PolicyOption

        func run() {
            source.show { policy throws(CommandFailure) in
                if let check = IntegrityCheck.named(id) { return CheckCatalog.explain(check) }
                guard let check = policy.checks.first(where: { $0.id == id }) else {
                    throw CommandFailure(.usage, "policy \(policy.name) has no check \(id); see kubesweep checks list")
                }
                return CheckCatalog.explain(check)
            }
        }
    }
}

struct PolicyOption: ParsableArguments {
    @Option(help: "A built-in policy's name (\(BuiltIn.policyNames.joined(separator: ", "))) or a policy file.")
    var policy = BuiltIn.defaultPolicy

    func show(_ text: (Policy) throws(CommandFailure) -> String) {
        do throws(CommandFailure) {
            try Console.result(Array(text(load()).utf8))
        } catch {
            Console.end(error)
        }
    }

    private func load() throws(CommandFailure) -> Policy {
        do throws(PolicyError) {
            return try PolicySource.load(policy).policy(facts: BuiltIn.facts())
        } catch {
            throw CommandFailure(.badInput, "the policy cannot be used\n\(error)")
        }
    }
}
