/// The policies of which others may take checks, by name: those of this program, or those that a stored policy was
/// made with.
package struct PolicyLibrary: Sendable {
    private let texts: [String: String]

    /// Those that are compiled into the program.
    package static let builtIn = PolicyLibrary(
        Dictionary(uniqueKeysWithValues: BuiltIn.policyNames.map { ($0, BuiltIn.policyText($0) ?? "") }))

    package init(_ texts: [String: String]) {
        self.texts = texts
    }

    package func text(_ name: String) -> String? { texts[name] }
}
