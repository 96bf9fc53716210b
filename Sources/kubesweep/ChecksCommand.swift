import ArgumentParser
import Hardening
import ProcessTable
import SweepReport

struct ChecksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checks", abstract: "Lists the checks of a policy and explains each.",
        subcommands: [List.self, Explain.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the checks of a policy.")

        @OptionGroup var source: PolicyOption

        func run() {
            source.show { policy, _ in CheckCatalog.list(policy) }
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain",
            abstract: "Tells what a check wants, why, how to fix it, what the fix may break, and how it is decided."
        )

        @Argument(help: "The check's id, as reports show it.")
        var id: String

        @Option(
            help: ArgumentHelp(
                "Only how it is decided in this Kubernetes version, e.g. 1.31; left out, in every version.",
                valueName: "version"))
        var kubernetesVersion: Release?

        @OptionGroup var source: PolicyOption

        func run() {
            source.show { policy, facts throws(CommandFailure) in
                if let check = IntegrityCheck.named(id) { return CheckCatalog.explain(check) }
                guard let check = policy.checks.first(where: { $0.id == id }) else {
                    throw CommandFailure(.usage, "policy \(policy.name) has no check \(id); see kubesweep checks list")
                }
                return CheckCatalog.explain(
                    check, policy.parameters, CheckPreview(check, facts: facts, at: kubernetesVersion))
            }
        }
    }
}

extension PolicyOption {
    /// Prints what is made of the policies, or what is wrong with them.
    fileprivate func show(_ text: (Policy, [Component: ComponentFacts]) throws(CommandFailure) -> String) {
        do throws(CommandFailure) {
            let (policy, facts) = try load()
            try Console.result(Array(text(policy, facts).utf8))
        } catch {
            Console.end(error)
        }
    }
}
