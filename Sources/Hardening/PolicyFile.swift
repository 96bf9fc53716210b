package import ProcessTable
package import StrictYAML
import Yams

/// A policy's text on the way to a `Policy`: a whole list of checks, or one that extends built-in lists, or only what
/// is to be different in the policies beside it.
package struct PolicySource: Sendable, Equatable {
    package let file: String
    package let text: String

    /// The largest policy that is read, in bytes.
    package static let fileLimit = 4 << 20

    /// - Parameter name: a built-in policy's name, or a path. A name without a slash that is built in is never a path.
    package static func load(_ name: String) throws(PolicyError) -> PolicySource {
        if let text = BuiltIn.policyText(name) { return PolicySource(text: text, file: name) }
        do throws(YAMLError) {
            return PolicySource(text: try YAMLFile.text(path: name, limit: fileLimit), file: name)
        } catch {
            throw PolicyError(error.problems)
        }
    }

    /// Each name once; every file that cannot be read is in the error.
    package static func load(_ names: [String]) throws(PolicyError) -> [PolicySource] {
        var sources: [PolicySource] = []
        var problems: [YAMLProblem] = []
        for name in names where !sources.contains(where: { $0.file == name }) {
            do throws(PolicyError) {
                sources.append(try load(name))
            } catch {
                problems += error.problems
            }
        }
        if !problems.isEmpty { throw PolicyError(problems) }
        return sources
    }

    package init(text: String, file: String) {
        self.text = text
        self.file = file
    }

    /// Every problem of the text is in the error.
    package func policy(facts: [Component: ComponentFacts]) throws(PolicyError) -> Policy {
        try [self].policy(facts: facts)
    }

    /// The policy as far as it can be read, and all that is wrong with it.
    func written(
        facts: [Component: ComponentFacts], overrides: [String: ParameterOverride], library: PolicyLibrary
    ) -> (policy: WrittenPolicy?, problems: [YAMLProblem]) {
        var written: WrittenPolicy?
        do throws(YAMLError) {
            _ = try YAMLFile.read(text, file: file, limit: Self.fileLimit) { yaml, root in
                var reader = PolicyReader(yaml: yaml, facts: facts, overrides: overrides, library: library)
                written = reader.policy(root, text: text)
                yaml = reader.yaml
                return true
            }
            return (written, [])
        } catch {
            return (written, error.problems)
        }
    }

    /// The values it gives to parameters of other policies. What is wrong with the text is not told here.
    func overrides() -> [ParameterOverride] {
        // Built-in policies define parameters and set none.
        if BuiltIn.policyText(file) != nil { return [] }
        var overrides: [ParameterOverride] = []
        _ = try? YAMLFile.read(text, file: file, limit: Self.fileLimit) { yaml, root in
            guard case .mapping(let mapping) = root, let node = mapping["parameters"] else { return true }
            overrides = yaml.parameters(node).overrides
            return true
        }
        return overrides
    }
}

/// Everything that is wrong with a policy, each with its place; the description is safe to print.
package struct PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    package let problems: [YAMLProblem]

    package init(_ problems: [YAMLProblem]) {
        self.problems = problems
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
