/// Why something is not as it was. The list is closed.
package enum ChangeCause: String, Sendable, CaseIterable, Comparable {
    /// The host shows other processes or flags.
    case host
    /// The policy asks for something else.
    case policy
    /// The inventory names another host, or states another version.
    case inventory
    /// A waiver came, went, expired or no longer fits.
    case waiver
    /// Another release of kubesweep judges the same otherwise.
    case tool
    /// More or less was seen than before.
    case coverage
    /// What the older sweep rests on cannot be judged again, so that nothing is proved.
    case unproven

    package static func < (a: ChangeCause, b: ChangeCause) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The causes of one change, as far as judging again proves them.
package struct Attribution: Sendable, Equatable {
    package enum Relation: String, Sendable, CaseIterable {
        /// It alone makes the change, and nothing else does.
        case alone
        /// Each of them alone would have made it.
        case either
        /// None of them makes it without the others.
        case together
    }

    /// In the order of `ChangeCause`; never empty.
    package let causes: [ChangeCause]
    package let relation: Relation

    package init(_ cause: ChangeCause) {
        causes = [cause]
        relation = .alone
    }

    package init(_ causes: [ChangeCause], _ relation: Relation) {
        self.causes = causes.sorted()
        self.relation = causes.count == 1 ? .alone : relation
    }
}
