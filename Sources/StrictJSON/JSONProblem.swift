/// Why a JSON text was refused, and where: the line and column (1-based, in bytes) and the way there.
package struct JSONProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package let line: Int
    package let column: Int
    /// `clusters[2].hosts[0].state`; empty at the top.
    package let path: String
    package let message: String

    package init(line: Int, column: Int, path: String, message: String) {
        self.line = line
        self.column = column
        self.path = path
        self.message = message
    }

    /// Keys and words of the text stand in it as they came.
    package var description: String {
        path.isEmpty ? "\(line):\(column): \(message)" : "\(line):\(column): \(path): \(message)"
    }
}
