package import ProcessTable

/// What a component's flags are, release by release. Read from `Resources/<component>.yaml`, which names its sources.
package struct ComponentFacts: Sendable {
    package let component: Component
    /// The releases the facts were read for.
    package let releases: ReleaseRange
    package let flags: [FlagFact]
    /// Every accepted name, old names and aliases too, to its index in `flags`.
    package let index: [String: Int]
    package let syntax: FlagSyntax
    /// The place of a name in the syntax to its index in `flags`, as `index` has it.
    let entries: [Int]
    /// What a report says of each flag where it is not on the line.
    let missing: [MissingFlag]
    package let plugins: [String: PluginFact]
    package let gates: [String: GateFact]
    package let proofs: [VersionProof]
    /// Nil where the component admits nothing.
    let admission: AdmissionFlags?
    /// The index of --feature-gates.
    let featureGates: Int?
    /// In the order in which they are asked.
    package internal(set) var elsewhere: [SettingsElsewhere] = []
    package internal(set) var exclusive: [ExclusiveFlags] = []

    /// The flag's index where the component knows the name.
    package func flag(_ name: String) -> Int? { index[name] }
}

/// The flags that say which admission plugins are in force, by their indexes in `ComponentFacts.flags`.
struct AdmissionFlags: Sendable {
    /// The whole list at once, in any release.
    let legacy: Int
    /// What is added to and taken from the server's own list, from 1.10 on.
    let enable: Int
    let disable: Int

    init?(_ index: [String: Int]) {
        guard let legacy = index["admission-control"], let enable = index["enable-admission-plugins"],
            let disable = index["disable-admission-plugins"]
        else { return nil }
        self.legacy = legacy
        self.enable = enable
        self.disable = disable
    }
}

/// One flag. A name outside its lifetime on a running server's line proves the server's version.
package struct FlagFact: Sendable {
    package let name: String
    package let kind: FlagKind
    /// In the order of releases; the last entry has no `until`. Nil where the default is not in the facts.
    package let defaults: [FlagDefault]?
    package let since: Release?
    package let until: Release?
    /// Accepted but without effect from here on.
    package let inert: Release?
    /// Names with a lifetime of their own that write the same variable.
    package let oldNames: [String: ReleaseRange]
    /// Masters of one cluster are expected to differ in it.
    package let isPerHost: Bool
    /// The order of its list means nothing.
    package let isUnordered: Bool

    /// The text the server uses at `release` when the flag is not given.
    package func defaultText(at release: Release) -> String? {
        defaultIndex(at: release).flatMap { defaults?[$0].text }
    }

    func defaultIndex(at release: Release) -> Int? {
        defaults?.firstIndex { $0.until.map { release <= $0 } ?? true }
    }
}

/// What stands in a finding for a flag that is not on the line, made once for all findings.
struct MissingFlag: Sendable {
    let text: String
    /// With each of the flag's defaults, in their order.
    let withDefault: [String]

    init(_ flag: FlagFact) {
        let text = "--\(flag.name) not set"
        self.text = text
        withDefault = (flag.defaults ?? []).map { $0.text.isEmpty ? text : "\(text) (default \($0.text))" }
    }
}

package struct FlagDefault: Sendable, Equatable {
    package let until: Release?
    package let text: String
}

package struct PluginFact: Sendable, Equatable {
    package let since: Release?
    package let until: Release?
    /// From here on the server enables it by itself.
    package let defaultOn: Release?
}

/// The release in which each stage of a feature gate begins.
package struct GateFact: Sendable, Equatable {
    package let alpha: Release?
    package let beta: Release?
    package let stable: Release?
    package let locked: Release?
    package let removed: Release?

    /// The gate's default, or nil where the release does not know it.
    package func isOnByDefault(at release: Release) -> Bool? {
        if let removed, release >= removed { return nil }
        if let on = beta ?? stable, release >= on { return true }
        if let alpha, release >= alpha { return false }
        return nil
    }

    /// Which of `AllAlpha` and `AllBeta` moves the gate at this release.
    package func group(at release: Release) -> String? {
        if let stable, release >= stable { return nil }
        if let beta, release >= beta { return "AllBeta" }
        if let alpha, release >= alpha { return "AllAlpha" }
        return nil
    }
}

/// What a line proves of the server's version beyond the lifetimes of its flags.
package struct VersionProof: Sendable, Equatable {
    package enum Sign: Sendable, Equatable {
        /// The flag's effective value on the line is (`equal`) or is not the text.
        case flagValue(flag: Int, text: String, equal: Bool)
        case pluginNamed(String)
        case gateNamed(String, value: Bool?)
        /// A feature gate is named with its component in front: `kube:Name=true`.
        case gateOfComponent
        /// The flag is absent from a whole line, and `unless` is absent too.
        case flagAbsent(flag: Int, unless: Int?)
    }

    package let sign: Sign
    package let releases: ReleaseRange
}
