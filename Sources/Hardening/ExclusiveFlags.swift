import ProcessTable
import StrictYAML
import Yams

/// Two flags, by their indexes in `ComponentFacts.flags`, that no running component can have been given values for at a
/// time.
package struct ExclusiveFlags: Sendable, Hashable {
    package let first: Int
    package let second: Int
}

extension Settings {
    /// The names of two flags on the line that exclude one another; nil where there are none.
    func exclusiveFlags() -> (first: String, second: String)? {
        for pair in facts.exclusive where isOnLine(pair.first) && isOnLine(pair.second) {
            guard let first = givenValue(pair.first), let second = givenValue(pair.second) else { continue }
            return (first, second)
        }
        return nil
    }

    /// The name under which the flag stands on the line with a value; nil where it has none.
    private func givenValue(_ flag: Int) -> String? {
        lastOccurrence(flag).flatMap { $0.value.isEmpty ? nil : $0.name }
    }
}

extension ConditionReader {
    /// The list `exclusive` of a component's facts. Pairs that contradict the other facts, or say nothing, are reported.
    mutating func exclusive(_ node: Node) -> [ExclusiveFlags] {
        var pairs: [ExclusiveFlags] = []
        for element in yaml.list(node, "exclusive") ?? [] {
            let entries = yaml.entries(of: element, "flags that exclude one another", keys: ["flag", "with"]) ?? []
            guard let own = entries.first(where: { $0.key == "flag" }),
                let with = entries.first(where: { $0.key == "with" })
            else {
                yaml.report(element, "flags that exclude one another need flag and with")
                continue
            }
            guard let first = flag(own.value) else { continue }
            for other in yaml.list(with.value, "with") ?? [] {
                guard let second = flag(other) else { continue }
                let name = yaml.scalar(other)
                if first == second {
                    yaml.report(other, "a flag cannot exclude itself", text: name)
                } else if pairs.contains(where: { Set([$0.first, $0.second]) == [first, second] }) {
                    yaml.report(other, "the two exclude one another already", text: name)
                } else if facts.flags[first].lifetime.intersection(facts.flags[second].lifetime) == nil {
                    yaml.report(other, "no release has both flags", text: name)
                } else {
                    pairs.append(ExclusiveFlags(first: first, second: second))
                }
            }
        }
        return pairs
    }
}

extension FlagFact {
    /// The releases that accept the flag under one of its names, open at both ends where they are not known.
    var lifetime: ReleaseRange {
        var low = since ?? Release(minor: 0)
        let high = until ?? Release(minor: 999)
        for old in oldNames.values { low = min(low, old.lower) }
        return ReleaseRange(min(low, high), high)
    }
}
