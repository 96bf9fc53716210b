import HostInventory
import StrictYAML

/// Gathers failures and writes the waivers that would cover them, each without the words that only a person can find:
/// as long as these are missing, the file is refused.
package struct WaiverSuggestions: Sendable {
    private var groups: [Key: SuggestedGroup] = [:]
    private var order: [Key] = []

    private struct Key: Hashable {
        let check: String
        /// Nil for saved listings.
        let cluster: String?
    }

    package init() {}

    /// The failures of a sweep, but for those that a waiver in force lies over.
    package init(_ record: SweepRecord) {
        for cluster in record.clusters {
            for host in cluster.hosts {
                for finding in host.processes.flatMap(\.findings) {
                    add(finding, cluster: cluster.name, host: host.name)
                }
            }
        }
    }

    /// - Parameter cluster: nil for a saved listing, whose name is the host's.
    package mutating func add(_ finding: Finding, cluster: String?, host: String) {
        guard finding.countsAsFailure else { return }
        let key = Key(check: finding.check, cluster: cluster)
        if groups[key] == nil { order.append(key) }
        groups[key, default: SuggestedGroup()].add(finding, host)
    }

    /// A file for `WaiverList.parse`, once it is filled in.
    package var yaml: String {
        var ids: Set<String> = []
        var entries = ""
        var count = 0
        for key in order {
            guard let group = groups[key] else { continue }
            for part in group.parts {
                entries += Self.entry(key, part, group.severity, &ids)
                count += 1
            }
        }
        if count == 0 { return "# No failure counts, so that there is nothing to waive.\nwaivers: []\n" }
        let waivers = count == 1 ? "1 waiver" : "\(count) waivers"
        return """
            # \(waivers) that would cover every failure of the report. Keep those that you mean. As long as
            # \(WaiverReader.placeholder) stands anywhere, the file is refused.
            waivers:

            """ + entries
    }

    private static func entry(_ key: Key, _ part: SuggestedGroup.Part, _ severity: Severity, _ ids: inout Set<String>)
        -> String
    {
        var text = "  - id: \(id(key, &ids))\n    check: \(key.check.yaml)\n"
        if let cluster = key.cluster {
            text += "    cluster: \(Glob.escaping(cluster).yaml)\n"
        } else {
            text += "    host: [\(part.hosts.map { Glob.escaping($0).yaml }.joined(separator: ", "))]\n"
        }
        if let value = part.value {
            text += "    value: \(value.yaml)\n"
        } else {
            text += "    # any value: the failures show too many different ones\n"
        }
        let hosts = part.hosts.count == 1 ? "1 host" : "\(part.hosts.count) hosts"
        return text + """
                # \(severity.rawValue), on \(hosts)
                reason: \(WaiverReader.placeholder) why this is accepted
                owner: \(WaiverReader.placeholder) who answers for it
                expires: \(WaiverReader.placeholder) a day like 2026-12-31

            """
    }

    private static func id(_ key: Key, _ ids: inout Set<String>) -> String {
        let words = [key.check, key.cluster].compactMap(\.self).joined(separator: ".")
        let name = String(words.unicodeScalars.prefix(80).map { WaiverReader.isInName($0) ? Character($0) : "-" })
        var id = name
        var number = 2
        while !ids.insert(id).inserted {
            id = "\(name)-\(number)"
            number += 1
        }
        return id
    }
}

/// The failures of one check in one cluster.
private struct SuggestedGroup {
    /// Different values that get a waiver each. Of more, one waiver takes any value.
    private static let valueLimit = 8

    struct Part {
        /// Nil where any value will do.
        let value: String?
        let hosts: [String]
    }

    private(set) var severity = Severity.low
    private var hosts: [String] = []
    /// One more than the limit at most.
    private var values: [(value: String, hosts: [String])] = []

    mutating func add(_ finding: Finding, _ host: String) {
        severity = max(severity, finding.severity)
        // Hosts come one after the other, each with all its processes.
        if hosts.last != host { hosts.append(host) }
        if values.count > Self.valueLimit { return }
        guard let position = values.firstIndex(where: { $0.value == finding.observed }) else {
            values.append((finding.observed, [host]))
            return
        }
        if values[position].hosts.last != host { values[position].hosts.append(host) }
    }

    var parts: [Part] {
        // A waiver cannot pin what is nothing at all.
        if values.count > Self.valueLimit || values.contains(where: \.value.isEmpty) {
            return [Part(value: nil, hosts: hosts)]
        }
        return values.map { Part(value: $0.value, hosts: $0.hosts) }
    }
}

extension String {
    /// As a double-quoted scalar (YAML 1.2, section 7.3.1) without anything that a reader could not see.
    fileprivate var yaml: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            case _ where scalar != " " && isInvisible(scalar):
                let digits = String(scalar.value, radix: 16)
                text += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
