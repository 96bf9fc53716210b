/// What the grammar must know of a component's flags to split its arguments: which exist and which take a value.
package struct FlagSyntax: Sendable {
    package enum Style: Sendable {
        /// github.com/spf13/pflag under component-base: `--name=value`, `_` in names read as `-`.
        case pflag
        /// Go's own `flag` package (etcd): one dash or two, parsing ends at the first positional.
        case goFlag
    }

    package var style: Style
    /// Normalised name (no dashes in front, `_` as `-`) to the kind of its value.
    package let kinds: [String: FlagKind]
    /// Single-letter shorthands to the long name they stand for.
    package let shorthands: [Character: String]
    let table: FlagTable

    package init(style: Style, kinds: [String: FlagKind], shorthands: [Character: String] = [:]) {
        self.style = style
        self.kinds = kinds
        self.shorthands = shorthands
        table = FlagTable(kinds)
    }

    /// The names of `kinds`; a flag's place here is its `FlagOccurrence.entry`.
    package var names: [String] { table.names }
}

/// The type of a flag's value, by pflag's names.
package enum FlagKind: String, Sendable, CaseIterable {
    case bool, int, float, string, duration, ip
    /// Comma-separated, one CSV record an occurrence; occurrences add up.
    case stringSlice
    /// One element an occurrence, commas kept.
    case stringArray
    /// `name=bool` pairs (feature gates); occurrences merge, the last assignment wins.
    case gates
    /// `name=value` pairs.
    case map
}

/// One flag as it stands on the line.
package struct FlagOccurrence: Sendable, Equatable {
    /// Normalised name.
    package var name: String
    /// The value as written; for a boolean without `=`, "true" (pflag's no-option default).
    package var value: String
    /// Indexes into the arguments: one, or two or more where the value stood apart or held spaces.
    package var arguments: Range<Int>
    /// False for a flag that the syntax does not list.
    package var isKnown: Bool { entry != nil }
    /// The name's place among the syntax's `names`, where it is one of them.
    package var entry: Int?

    package init(name: String, value: String, arguments: Range<Int>, entry: Int?) {
        self.name = name
        self.value = value
        self.arguments = arguments
        self.entry = entry
    }
}

/// A command line read by its component's grammar.
package struct ParsedFlags: Sendable, Equatable {
    package var occurrences: [FlagOccurrence]
    /// Indexes of the arguments that are neither flag nor value.
    package var positionals: [Int]
    /// Set where the process table's single spaces hide how argv was split, so that another reading is possible
    /// whose flags differ; plain words for the report.
    package var ambiguity: String?
    /// Set where the component itself could not have started with this line; plain words for the report.
    package var error: String?

    package init(
        occurrences: [FlagOccurrence], positionals: [Int] = [], ambiguity: String? = nil, error: String? = nil
    ) {
        self.occurrences = occurrences
        self.positionals = positionals
        self.ambiguity = ambiguity
        self.error = error
    }
}
