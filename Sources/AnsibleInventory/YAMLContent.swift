import StrictYAML
internal import Yams

/// A YAML file as far as it is asked for: mappings by their keys in order, scalars with Ansible's types (YAML 1.1).
indirect enum YAMLContent: Sendable {
    case value(VariableValue)
    case mapping([Entry])

    struct Entry: Sendable {
        var key: String
        var position: Position
        var content: YAMLContent
    }

    /// - Parameter depth: levels of mappings that are kept; what is below is a structure.
    static func read(
        _ text: String, file: Int, path: String, limit: Int, depth: Int
    ) throws(YAMLError) -> YAMLContent {
        try YAMLFile.read(text, file: path, limit: limit) { yaml, root in
            content(root, &yaml, file, depth)
        }
    }

    private static func content(_ node: Node, _ yaml: inout YAMLReader, _ file: Int, _ depth: Int) -> YAMLContent {
        switch node {
        case .scalar(let scalar): return .value(value(of: scalar))
        case .sequence, .alias: return .value(.structure)
        case .mapping where depth == 0: return .value(.structure)
        case .mapping:
            var entries: [Entry] = []
            var merged: [Entry] = []
            for entry in yaml.entries(of: node, "a mapping") ?? [] {
                if entry.key == "<<" {
                    // A merge key (yaml.org/type/merge.html): what stands in the mapping itself goes before it.
                    var sources = [entry.value]
                    if case .sequence(let list) = entry.value { sources = Array(list) }
                    for source in sources {
                        if case .mapping(let more) = content(source, &yaml, file, depth) { merged += more }
                    }
                    continue
                }
                entries.append(
                    Entry(
                        key: entry.key,
                        position: Position(file: file, line: entry.place.line, column: entry.place.column),
                        content: content(entry.value, &yaml, file, depth - 1)))
            }
            if !merged.isEmpty {
                var keys = Set(entries.map(\.key))
                entries += merged.filter { keys.insert($0.key).inserted }
            }
            return .mapping(entries)
        }
    }

    /// YAML 1.1, as PyYAML resolves it.
    private static func value(of scalar: Node.Scalar) -> VariableValue {
        let text = scalar.string
        if scalar.tag.rawValue == "!vault" || scalar.tag.rawValue == "!vault-encrypted" { return .vault }
        guard scalar.style == .plain else { return .text(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .boolean(true)
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .boolean(false)
        default: return number(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) -> VariableValue? {
        var digits = text.utf8[...]
        guard let first = digits.first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || "+-.".utf8.contains(first)
        else { return nil }
        var sign = 1
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? -1 : 1
            digits.removeFirst()
        }
        let plain = String(decoding: digits.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        guard let lead = plain.utf8.first else { return nil }
        if lead == UInt8(ascii: "."), digits.first == UInt8(ascii: "."), plain.utf8.count > 1,
            ["inf", "Inf", "INF", "nan", "NaN", "NAN"].contains(String(plain.dropFirst()))
        {
            return .number(text)
        }
        func isNumber(_ part: some Sequence<UInt8>) -> Bool {
            part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        if plain.utf8.contains(UInt8(ascii: ":")) {
            // Sixties: 1:30 is 90.
            let parts = plain.split(separator: ":", omittingEmptySubsequences: false)
            guard lead != UInt8(ascii: "0"), parts.dropFirst().allSatisfy({ (1...2).contains($0.utf8.count) }),
                parts.allSatisfy({ !$0.isEmpty && isNumber($0.utf8) }),
                parts.dropFirst().allSatisfy({ (Int($0) ?? 60) < 60 })
            else { return nil }
            var value = 0
            for part in parts {
                let (product, overflow) = value.multipliedReportingOverflow(by: 60)
                guard !overflow, let number = Int(part), number < Int.max - product else { return .number(text) }
                value = product + number
            }
            return .integer(sign * value)
        }
        if plain.hasPrefix("0x") || plain.hasPrefix("0b") {
            let radix = plain.hasPrefix("0x") ? 16 : 2
            return Int(plain.dropFirst(2), radix: radix).map { .integer(sign * $0) }
        }
        if isNumber(plain.utf8) {
            if lead == UInt8(ascii: "0"), plain.utf8.count > 1 {
                return Int(plain, radix: 8).map { .integer(sign * $0) }
            }
            return Int(plain).map { .integer(sign * $0) } ?? .number(text)
        }
        // A float has a point, and its exponent a sign.
        let halves = plain.split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
        guard let mantissa = halves.first, mantissa.utf8.contains(UInt8(ascii: ".")),
            isNumber(mantissa.utf8.filter { $0 != UInt8(ascii: ".") }),
            mantissa.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 1, mantissa.utf8.count > 1
        else { return nil }
        if halves.count == 2 {
            guard let mark = halves[1].first, mark == "+" || mark == "-", halves[1].utf8.count > 1,
                isNumber(halves[1].dropFirst().utf8)
            else { return nil }
        }
        return .number(text)
    }
}
