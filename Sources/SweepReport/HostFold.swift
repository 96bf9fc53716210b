/// Host names that differ in one number, in the inventory's own notation: `cp1.eu, cp2.eu, cp3.eu` are `cp[1:3].eu`.
struct FoldedHosts: Equatable {
    let text: String
    /// Names that it stands for.
    let count: Int
}

/// Folds host names, whichever of their numbers it is that counts up (`k8s-cp1, k8s-cp2`). Names of one form stand
/// together, in the order of their numbers; otherwise they keep their order, and nothing is lost or added.
func folded(_ names: [String]) -> [FoldedHosts] {
    var forms: [[String]: Int] = [:]
    var groups: [[NumberedName]] = []
    for name in names {
        let parts = NumberedName(name)
        if let known = forms[parts.literals] {
            groups[known].append(parts)
        } else {
            forms[parts.literals] = groups.count
            groups.append([parts])
        }
    }
    return groups.flatMap { group in
        var runs: [Run] = []
        for name in group.sorted(by: <) {
            if let last = runs.indices.last, runs[last].take(name) { continue }
            runs.append(Run(first: name))
        }
        return runs.map { FoldedHosts(text: $0.text, count: $0.count) }
    }
}

/// A name cut into its numbers and what stands before, between and after them.
private struct NumberedName: Comparable {
    /// One more than there are numbers.
    let literals: [String]
    let numbers: [Number]

    struct Number: Comparable {
        let digits: String
        let value: Int

        static func < (a: Number, b: Number) -> Bool { (a.value, a.digits) < (b.value, b.digits) }

        /// Whether an inventory range that goes on after this number writes `other` next.
        func isFollowed(by other: Number) -> Bool {
            // The largest number wraps to one that no name holds.
            guard other.value == value &+ 1 else { return false }
            return isPadded ? other.digits.utf8.count == digits.utf8.count : !other.isPadded
        }

        private var isPadded: Bool { digits.utf8.count > 1 && digits.utf8.first == UInt8(ascii: "0") }
    }

    init(_ name: String) {
        var literals: [String] = []
        var numbers: [Number] = []
        var literal = ""
        var rest = name[...]
        while let first = rest.first {
            let piece = rest.prefix { $0.isASCIIDigit == first.isASCIIDigit }
            rest = rest[piece.endIndex...]
            if first.isASCIIDigit, let value = Int(piece) {
                literals.append(literal)
                literal = ""
                numbers.append(Number(digits: String(piece), value: value))
            } else {
                literal += piece
            }
        }
        self.literals = literals + [literal]
        self.numbers = numbers
    }

    /// Of one form only.
    static func < (a: NumberedName, b: NumberedName) -> Bool { a.numbers.lexicographicallyPrecedes(b.numbers) }

    func text(_ number: (_ position: Int) -> String) -> String {
        var text = literals[0]
        for position in numbers.indices { text += number(position) + literals[position + 1] }
        return text
    }
}

private struct Run {
    let first: NumberedName
    var last: NumberedName
    var count = 1
    /// The number that counts up; nil while there is one name.
    var position: Int?

    init(first: NumberedName) {
        self.first = first
        last = first
    }

    /// Takes the next name of the same form, if it goes on where the run ends.
    mutating func take(_ next: NumberedName) -> Bool {
        let differing = next.numbers.indices.filter { next.numbers[$0] != last.numbers[$0] }
        guard differing.count == 1, position ?? differing[0] == differing[0],
            last.numbers[differing[0]].isFollowed(by: next.numbers[differing[0]])
        else { return false }
        let digits = first.numbers[differing[0]].digits.utf8
        // A range with a padded start has one width throughout.
        if digits.first == UInt8(ascii: "0"), digits.count > 1,
            next.numbers[differing[0]].digits.utf8.count != digits.count
        {
            return false
        }
        position = differing[0]
        last = next
        count += 1
        return true
    }

    var text: String {
        first.text { number in
            number == position
                ? "[\(first.numbers[number].digits):\(last.numbers[number].digits)]" : first.numbers[number].digits
        }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
