/// The room of fuzzing: every parser of outside text behind one door, with what must hold for whatever comes through it.
/// `Tests/Fuzzer` feeds it from libFuzzer, `Tests/FuzzingTests` from the files that are kept.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A whole listing, from every origin.
    case listing
    /// The command of one row: launchers, choosing, splitting, redaction.
    case command
    /// Arguments by pflag's and Go's grammar, and the values of flags.
    case flags
    /// A policy file.
    case policy
    /// A file of flag facts.
    case facts
    /// An inventory.
    case inventory
    /// An inventory of Ansible's; its first byte chooses the grammar.
    case ansible
    /// A file of waivers.
    case waivers
    /// A listing read, judged and rendered; its first byte chooses policy and version.
    case report

    /// Reads the bytes and throws for what does not hold; a trap is a find as well.
    package func run(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
        switch self {
        case .listing: try checkListing(bytes)
        case .command: try checkCommand(bytes)
        case .flags: try checkFlags(bytes)
        case .policy: try checkPolicy(bytes)
        case .facts: try checkFacts(bytes)
        case .inventory: try checkInventory(bytes)
        case .ansible: try checkAnsible(bytes)
        case .waivers: try checkWaivers(bytes)
        case .report: try checkReport(bytes)
        }
    }

    package func run(_ bytes: [UInt8]) throws(BrokenInvariant) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(BrokenInvariant) in try run(buffer) }
    }
}

/// Something that must hold for every input and did not hold for this one.
package struct BrokenInvariant: Error, CustomStringConvertible {
    package let description: String
}

func hold(_ holds: Bool, _ what: @autoclosure () -> String) throws(BrokenInvariant) {
    if !holds { throw BrokenInvariant(description: what()) }
}

extension Sequence<UInt8> {
    /// FNV-1a: a choice that depends on the whole input and on nothing else.
    func choice(of count: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(hash % UInt64(count))
    }
}
