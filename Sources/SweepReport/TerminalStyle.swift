import Hardening

/// How a terminal report is written. Colour never carries meaning alone: the word stands beside it.
package struct TerminalStyle: Sendable {
    package var isColoured: Bool

    package init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    func heading(_ text: String) -> String { paint(text, "1") }
    func faint(_ text: String) -> String { paint(text, "2") }
    func good(_ text: String) -> String { paint(text, "32") }
    func unknown(_ text: String) -> String { paint(text, "35") }

    func severity(_ severity: Severity, _ text: String) -> String {
        switch severity {
        case .critical: paint(text, "1;31")
        case .high: paint(text, "31")
        case .medium: paint(text, "33")
        case .low: paint(text, "36")
        }
    }

    /// SGR parameters of ECMA-48, section 8.3.117.
    private func paint(_ text: String, _ parameters: String) -> String {
        isColoured ? "\u{1B}[\(parameters)m\(text)\u{1B}[0m" : text
    }
}
