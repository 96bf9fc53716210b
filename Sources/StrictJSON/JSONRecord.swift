extension JSONReader {
    /// An object in which these keys must stand; others are the body's to skip.
    package mutating func object(
        needing keys: [String], _ member: (inout JSONReader, _ key: String) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        var missing = Set(keys)
        var start = self
        _ = start.peek()
        try object { (json, key) throws(JSONProblem) in
            missing.remove(key)
            try member(&json, key)
        }
        // Of several the first in their own order, so that the message is the same each time.
        if let key = keys.first(where: missing.contains) { throw start.problem("the key is missing: \(key)") }
    }

    /// A number that is not below zero.
    package mutating func count() throws(JSONProblem) -> Int {
        var start = self
        _ = start.peek()
        let number = try int()
        if number < 0 { throw start.problem("a number below zero") }
        return number
    }

    /// A word of a closed list.
    package mutating func word<Word>(
        _ word: (String) -> Word?, _ noun: StaticString
    ) throws(JSONProblem) -> Word {
        var start = self
        _ = start.peek()
        guard let value = word(try string()) else { throw start.problem("no word for \(noun)") }
        return value
    }
}
