import ArgumentParser
import FleetSweep
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

    func judge(isExplicit: Bool) throws(CommandFailure) -> (Judge, PolicyIdentity) {
        try Self.judge(policies, isExplicit: isExplicit)
    }

    static func judge(_ names: [String], isExplicit: Bool) throws(CommandFailure) -> (Judge, PolicyIdentity) {
        let (policy, facts) = try load(names)
        let identity = PolicyIdentity(
            name: policy.name, digest: sha256(policy.sources.flatMap(\.utf8)), disabled: policy.disabled,
            isExplicit: isExplicit, parameters: policy.overrides)
        return (Judge(policy: policy, facts: facts, isExplicit: isExplicit), identity)
    }

    func load() throws(CommandFailure) -> (policy: Policy, facts: [Component: ComponentFacts]) {
        try Self.load(policies)
    }

    private static func load(
        _ names: [String]
    ) throws(CommandFailure) -> (policy: Policy, facts: [Component: ComponentFacts]) {
        do throws(PolicyError) {
            let facts = try BuiltIn.facts()
            return (try PolicySource.load(names).policy(facts: facts), facts)
        } catch {
            throw CommandFailure(.badInput, "the policy cannot be used\n\(error)")
        }
    }
}
