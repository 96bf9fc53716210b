import Hardening

/// The rows of a report's table of clusters.
enum ClusterTable {
    static func rows(_ clusters: [ClusterRecord], _ style: TerminalStyle) -> [[TerminalText.Cell]] {
        let severities = Severity.allCases.reversed()
        var heads: [TerminalText.Cell] = [.left("cluster"), .left("version"), .right("judged")]
        let hasWaived = clusters.contains { $0.checks.contains(where: \.isWaived) }
        heads += severities.map { .right($0.rawValue) } + (hasWaived ? [.right("waived")] : [])
        heads += [.right("unknown"), .right("drift")]
        return [heads]
            + clusters.map { cluster in
                let judged = cluster.hosts.count { $0.state == .evaluated }
                let failed = severities.map { severity in
                    let number = cluster.checks.count { $0.worst == .fail && !$0.isWaived && $0.severity == severity }
                    return cell(number) { style.severity(severity, $0) }
                }
                let unknown = cluster.checks.count { $0.worst.word == "unknown" }
                return [
                    .left(printable(cluster.name, limit: 40)),
                    .left(printable(cluster.kubernetesVersion ?? "?", limit: 20)),
                    .right("\(judged)/\(cluster.hosts.count)", judged == cluster.hosts.count ? { $0 } : style.unknown),
                ] + failed + (hasWaived ? [cell(cluster.checks.count(where: \.isWaived), style.faint)] : [])
                    + [cell(unknown, style.unknown), cell(cluster.drift.count, style.heading)]
            }
    }

    private static func cell(_ number: Int, _ paint: @escaping (String) -> String) -> TerminalText.Cell {
        number == 0 ? .right(".") : .right("\(number)", paint)
    }
}

extension TerminalText {
    struct Cell {
        let text: String
        let isRight: Bool
        let paint: (String) -> String

        static func left(_ text: String) -> Cell { Cell(text: text, isRight: false, paint: { $0 }) }

        static func right(_ text: String, _ paint: @escaping (String) -> String = { $0 }) -> Cell {
            Cell(text: text, isRight: true, paint: paint)
        }
    }

    /// Rows of the same number of cells, under each other.
    mutating func table(_ rows: [[Cell]]) {
        guard let first = rows.first else { return }
        let widths = first.indices.map { column in rows.map { columns($0[column].text) }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).enumerated().map { position, pair in
                let (cell, width) = pair
                // No line ends in blanks.
                let isEnd = position == row.count - 1 && !cell.isRight
                let space = String(repeating: " ", count: isEnd ? 0 : max(0, width - columns(cell.text)))
                return cell.isRight ? space + cell.paint(cell.text) : cell.paint(cell.text) + space
            }
            line("  " + cells.joined(separator: "  "))
        }
    }
}
