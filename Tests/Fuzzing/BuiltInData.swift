import Hardening
import ProcessTable

/// Compiled in; that they do not decode is a find for every target.
let builtInFacts: [Component: ComponentFacts] = decoded { () throws(PolicyError) in try BuiltIn.facts() }

/// Each built-in policy, with and without `--explicit`.
let builtInJudges: [Judge] = BuiltIn.policyNames.flatMap { name in
    let policy = decoded { () throws(PolicyError) in try PolicySource.load(name).policy(facts: builtInFacts) }
    return [false, true].map { Judge(policy: policy, facts: builtInFacts, isExplicit: $0) }
}

private func decoded<Value>(_ decode: () throws(PolicyError) -> Value) -> Value {
    do throws(PolicyError) {
        return try decode()
    } catch {
        fatalError("\(error)")
    }
}
