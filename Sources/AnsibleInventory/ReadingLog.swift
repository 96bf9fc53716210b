import StrictYAML

/// The files of one inventory in the order they were read, what is wrong with them, and what a reader should know.
struct ReadingLog {
    /// As many problems as a native inventory's error holds.
    private static let problemLimit = 1_000
    private static let noteLimit = 100

    private(set) var files: [String] = []
    private(set) var problems: [YAMLProblem] = []
    private(set) var notes: [String] = []
    private(set) var isCut = false
    private var seen: Set<Seen> = []

    private struct Seen: Hashable {
        var position: Position
        var message: String
    }

    /// Returns the file's index.
    mutating func open(_ path: String) -> Int {
        files.append(path)
        return files.count - 1
    }

    func place(_ position: Position) -> Place {
        let file = files.indices.contains(Int(position.file)) ? files[Int(position.file)] : ""
        return Place(file: file, line: Int(position.line), column: Int(position.column))
    }

    /// Each problem of a place once: one line of a group's variables may concern 50,000 hosts.
    mutating func report(_ position: Position, _ message: String, text: String? = nil, hint: String? = nil) {
        guard problems.count < Self.problemLimit else {
            isCut = true
            return
        }
        guard seen.insert(Seen(position: position, message: message)).inserted else { return }
        problems.append(YAMLProblem(place: place(position), message: message, text: text, hint: hint))
    }

    mutating func take(_ error: YAMLError) {
        let room = max(0, Self.problemLimit - problems.count)
        problems += error.problems.prefix(room)
        isCut = isCut || error.isCut || error.problems.count > room
    }

    mutating func note(_ text: String) {
        guard notes.count < Self.noteLimit, !notes.contains(text) else { return }
        notes.append(text)
    }

    func check() throws(YAMLError) {
        if !problems.isEmpty { throw YAMLError(problems: problems, isCut: isCut) }
    }
}
