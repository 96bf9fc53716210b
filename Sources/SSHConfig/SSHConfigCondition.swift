/// What a `Host` or `Match` line asks.
enum SSHConfigCondition: Equatable {
    /// What stands before the first such line of a file.
    case always
    case host(WildcardList)
    case match([Criterion])

    struct Criterion: Equatable {
        var isNegated: Bool
        var kind: Kind
    }

    enum Kind: Equatable {
        case all
        /// Against the name after HostName.
        case host(WildcardList)
        case originalHost(WildcardList)
        case user(WildcardList)
        case localUser(WildcardList)
        /// `exec` and whatever else only ssh can answer.
        case other
    }

    /// What is known of a host when a line is reached.
    struct Subject {
        var typed: String
        var hostName: String
        var user: String
        var localUser: String
    }

    /// The words behind `Match`.
    init(match rest: String) {
        var criteria: [Criterion] = []
        var words = rest.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)[...]
        while let word = words.popFirst() {
            let isNegated = word.hasPrefix("!")
            let name = (isNegated ? String(word.dropFirst()) : word).lowercased()
            if name == "all" {
                criteria.append(Criterion(isNegated: isNegated, kind: .all))
                continue
            }
            let value = words.popFirst() ?? ""
            // Quoted words are split by other rules than on other lines, and differently from release to release.
            let isPlain = !(word + value).contains { "\"'\\=#".contains($0) }
            let kind: Kind =
                switch isPlain ? name : "" {
                case "host": .host(WildcardList(commaSeparated: value.lowercased()))
                case "originalhost": .originalHost(WildcardList(commaSeparated: value.lowercased()))
                case "user": .user(WildcardList(commaSeparated: value))
                case "localuser": .localUser(WildcardList(commaSeparated: value))
                default: .other
                }
            criteria.append(Criterion(isNegated: isNegated, kind: kind))
            // How many words it takes is not known either.
            if kind == .other { break }
        }
        self = .match(criteria.isEmpty ? [Criterion(isNegated: false, kind: .other)] : criteria)
    }

    /// Nil where only ssh can tell.
    func holds(for subject: Subject) -> Bool? {
        switch self {
        case .always: return true
        case .host(let list): return list.matches(subject.typed)
        case .match(let criteria):
            var isOpen = false
            for criterion in criteria {
                switch criterion.holds(for: subject) {
                case false: return false
                case nil: isOpen = true
                default: break
                }
            }
            return isOpen ? nil : true
        }
    }
}

extension SSHConfigCondition.Criterion {
    fileprivate func holds(for subject: SSHConfigCondition.Subject) -> Bool? {
        let holds: Bool
        switch kind {
        case .all: holds = true
        case .host(let list): holds = list.matches(subject.hostName.lowercased())
        case .originalHost(let list): holds = list.matches(subject.typed.lowercased())
        case .user(let list): holds = list.matches(subject.user)
        case .localUser(let list): holds = list.matches(subject.localUser)
        case .other: return nil
        }
        return holds != isNegated
    }
}
