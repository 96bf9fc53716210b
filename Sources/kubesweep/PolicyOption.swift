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

    func judge(isExplicit: Bool) throws(CommandFailure) -> ChosenPolicy {
        try Self.judge(policies, isExplicit: isExplicit)
    }

    static func judge(_ names: [String], isExplicit: Bool) throws(CommandFailure) -> ChosenPolicy {
        let (sources, policy, facts) = try load(names)
        let identity = PolicyIdentity(
            name: policy.name, digest: sha256(policy.sources.flatMap(\.utf8)), disabled: policy.disabled,
            isExplicit: isExplicit, parameters: policy.overrides)
        return ChosenPolicy(
            judge: Judge(policy: policy, facts: facts, isExplicit: isExplicit), identity: identity,
            document: PolicyDocument(sources, of: policy, isExplicit: isExplicit))
    }

    func load() throws(CommandFailure) -> (policy: Policy, facts: [Component: ComponentFacts]) {
        let (_, policy, facts) = try Self.load(policies)
        return (policy, facts)
    }

    /// The facts of this program.
    static func facts() throws(CommandFailure) -> [Component: ComponentFacts] {
        do throws(PolicyError) { return try BuiltIn.facts() } catch { throw CommandFailure(.software, "\(error)") }
    }

    private static func load(
        _ names: [String]
    ) throws(CommandFailure) -> (sources: [PolicySource], policy: Policy, facts: [Component: ComponentFacts]) {
        do throws(PolicyError) {
            let facts = try BuiltIn.facts()
            let sources = try PolicySource.load(names)
            return (sources, try sources.policy(facts: facts), facts)
        } catch {
            throw CommandFailure(.badInput, "the policy cannot be used\n\(error)")
        }
    }
}

/// The policy of a run, ready to judge by.
struct ChosenPolicy {
    let judge: Judge
    let identity: PolicyIdentity
    /// All that it was read from.
    let document: PolicyDocument
}
