/// What a variable holds, as far as anything here asks: one plain value, or that it is none.
package enum VariableValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// Any other number, as it is written.
    case number(String)
    case boolean(Bool)
    case null
    /// A list or a mapping; what is in it is not kept.
    case structure
    /// Encrypted with ansible-vault.
    case vault

    /// The value as Ansible would put it into an option or a template; nil where it would be no plain text.
    package var plainText: String? {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let text): text
        case .boolean(let value): value ? "True" : "False"
        case .null, .structure, .vault: nil
        }
    }
}

/// A variable where it is set.
struct Variable: Sendable {
    var name: String
    var value: VariableValue
    var position: Position
}

/// A place in one of an inventory's files, small, because there are hundreds of thousands.
struct Position: Sendable, Hashable {
    /// An index into the inventory's files.
    var file: Int32
    /// 1-based, as the column.
    var line: Int32
    var column: Int32

    init(file: Int, line: Int, column: Int) {
        self.file = Int32(clamping: file)
        self.line = Int32(clamping: line)
        self.column = Int32(clamping: column)
    }
}
