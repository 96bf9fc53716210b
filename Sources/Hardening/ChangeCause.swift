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

    /// In the order of `ChangeCause`, each once; never empty.
    package let causes: [ChangeCause]
    package let relation: Relation

    package init(_ cause: ChangeCause) {
        causes = [cause]
        relation = .alone
    }

    package init(_ causes: [ChangeCause], _ relation: Relation) {
        self.causes = Set(causes).sorted()
        self.relation = self.causes.count == 1 ? .alone : relation
    }

    /// The fewest of several things that make a change where they alone are as the newer side has them: each one that
    /// does it by itself, else the first of the smallest sets that do it together; all where none does.
    ///
    /// - Parameters:
    ///   - things: the cause that each of them is.
    ///   - suffices: asked with a bit for each thing that is as the newer side has it.
    init(fewestOf things: [ChangeCause], _ suffices: (_ taken: Int) -> Bool) {
        let alone = things.indices.filter { suffices(1 << $0) }
        if !alone.isEmpty {
            self.init(alone.map { things[$0] }, .either)
            return
        }
        let together = (1..<(1 << things.count)).filter { $0.nonzeroBitCount > 1 }
            .sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
        let taken = together.first(where: suffices) ?? (1 << things.count) - 1
        self.init(things.indices.filter { taken & 1 << $0 != 0 }.map { things[$0] }, .together)
    }

    /// The same with one cause in place of another.
    func replacing(_ cause: ChangeCause, with other: ChangeCause) -> Attribution {
        Attribution(causes.map { $0 == cause ? other : $0 }, relation)
    }
}
