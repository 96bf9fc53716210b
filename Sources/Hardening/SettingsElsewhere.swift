import ProcessTable
import StrictYAML
import Yams

/// A place besides the command line that holds settings while `when` holds of the line: a configuration file, the
/// environment. A flag's default says nothing then, and its absence is not proof.
package struct SettingsElsewhere: Sendable {
    /// Which flags the place speaks for.
    enum Reach: String, CaseIterable {
        /// Those that are not on the line; what stands on the line wins.
        case absent
        /// All, on the line or not: the component ignores its line.
        case all
    }

    /// Its place in the facts.
    let position: Int
    let when: Condition
    let reach: Reach
    /// The flag that names the file, where it is one.
    let file: Int?
    let note: String?
    /// The flags that it can hold; nil for all but `except`.
    let flags: Set<Int>?
    let except: Set<Int>

    func holds(_ flag: Int, isOnLine: Bool) -> Bool {
        if isOnLine, reach == .absent { return false }
        return flag != file && !except.contains(flag) && flags?.contains(flag) ?? true
    }
}

extension Settings {
    /// Whether the flag's value stands, or may stand, where the process table does not show it.
    func isElsewhere(_ flag: Int, isOnLine: Bool) -> Bool {
        elsewhere.contains { $0.holds(flag, isOnLine: isOnLine) }
    }

    /// The file or other place that holds the check's settings, for the report.
    func elsewhereNote(_ check: Check) -> String? {
        let place = elsewhere.first { place in
            (check.flags + check.also).contains { place.holds($0, isOnLine: isOnLine($0)) }
        }
        guard let place else { return nil }
        let path = place.file.flatMap { lastOccurrence($0)?.value }
        return [path, place.note].compactMap { $0 }.joined(separator: ": ")
    }
}

extension ConditionReader {
    /// The list `elsewhere` of a component's facts.
    mutating func elsewhere(_ node: Node) -> [SettingsElsewhere] {
        var places: [SettingsElsewhere] = []
        for element in yaml.list(node, "elsewhere") ?? [] {
            var when: Condition?
            var reach: SettingsElsewhere.Reach?
            var file: Int?
            var note: String?
            var only: Set<Int>?
            var except: Set<Int> = []
            let keys = ["when", "holds", "file", "note", "flags", "except"]
            let entries = yaml.entries(of: element, "a place of settings", keys: keys) ?? []
            for entry in entries {
                switch entry.key {
                case "when": when = condition(entry.value)
                case "holds": reach = yaml.word(entry.value, "holds")
                case "file": file = flag(entry.value)
                case "note": note = yaml.text(entry.value, "note")
                case "flags": only = Set(flags(entry.value, "flags"))
                default: except = Set(flags(entry.value, "except"))
                }
            }
            let given = entries.map(\.key)
            guard given.contains("when"), given.contains("holds"), given.contains("file") || given.contains("note")
            else {
                yaml.report(element, "a place of settings needs when, holds and a file or a note")
                continue
            }
            guard let when, let reach else { continue }
            places.append(
                SettingsElsewhere(
                    position: places.count, when: when, reach: reach, file: file, note: note, flags: only,
                    except: except))
        }
        return places
    }
}
