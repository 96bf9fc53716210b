import ArgumentParser
import Hardening
import ProcessTable

/// The policies of a run; every command that judges or shows checks has it.
struct PolicyOption: ParsableArguments {
    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp(
            """
            A built-in policy's name (\(BuiltIn.policyNames.joined(separator: ", "))) or a policy file. \
            May be given several times: each check counts once, and what one of them switches off or sets holds for all.
            """, valueName: "policy"))
    var policies = [BuiltIn.defaultPolicy]

    func load() throws(CommandFailure) -> (policy: Policy, facts: [Component: ComponentFacts]) {
        do throws(PolicyError) {
            let facts = try BuiltIn.facts()
            return (try PolicySource.load(policies).policy(facts: facts), facts)
        } catch {
            throw CommandFailure(.badInput, "the policy cannot be used\n\(error)")
        }
    }
}
