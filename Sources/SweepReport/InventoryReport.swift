import StrictJSON

/// The resolved fleet as text and as the JSON document `kubesweep.inventory/1`.
package enum InventoryReport {
    package static func json(_ record: InventoryRecord) -> [UInt8] {
        var json = JSONText(capacity: 1024 + 400 * record.hostCount)
        json.object { json in
            json.field("schema", "kubesweep.inventory/1")
            json.object("tool") { json in
                json.field("name", record.tool)
                json.field("version", record.version)
            }
            json.field("inventories", record.inventories)
            json.array("clusters", record.clusters) { json, cluster in json.object { $0.cluster(cluster) } }
            json.array("problems", record.problems) { json, problem in
                json.object { json in
                    json.field("kind", problem.kind)
                    json.field("detail", problem.detail)
                    json.field("hosts", problem.hosts)
                }
            }
            json.field("notes", record.notes)
        }
        json.end()
        return json.bytes
    }

    package static func text(_ record: InventoryRecord, style: TerminalStyle) -> String {
        var text = TerminalText()
        let clusters = record.clusters.count == 1 ? "1 cluster" : "\(record.clusters.count) clusters"
        let hosts = record.hostCount == 1 ? "1 host" : "\(record.hostCount) hosts"
        text.line("\(record.tool) \(record.version)  \(hosts) in \(clusters)")
        for cluster in record.clusters {
            text.line()
            text.line(style.heading(printable(cluster.name, limit: 60)))
            text.entry("inventory", cluster.inventory)
            if let version = cluster.kubernetesVersion {
                text.entry("version", version + (cluster.versionSource.map { "  (\($0))" } ?? ""))
            }
            if !cluster.labels.isEmpty {
                let labels = cluster.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                text.entry("labels", labels.joined(separator: ", "))
            }
            text.table(rows(cluster))
        }
        if !record.problems.isEmpty {
            text.line()
            let count = record.problems.count
            text.line(style.heading("PROBLEMS") + "  \(count == 1 ? "1" : "\(count)")")
            for problem in record.problems {
                text.line("  \(problem.words)")
                text.entry("seen", problem.detail)
                if !problem.hosts.isEmpty { text.entry("on", problem.hosts.joined(separator: ", ")) }
            }
        }
        if !record.notes.isEmpty {
            text.line()
            text.line(style.heading("NOTES"))
            for note in record.notes { text.line("  \(printable(note, limit: 500))") }
        }
        return text.text
    }

    private static func rows(_ cluster: InventoryRecord.Cluster) -> [[TerminalText.Cell]] {
        let heads = ["host", "address", "port", "user", "key", "through", "why"].map(TerminalText.Cell.left)
        return [heads]
            + cluster.hosts.map { host in
                var why = printable("\(host.file):\(host.line)")
                if let group = host.group { why = "group \(printable(group, limit: 60)), \(why)" }
                if host.refusal != nil { why += "  (not reached by SSH)" }
                return [
                    .left(printable(host.name, limit: 80)), .left(printable(host.address, limit: 80)),
                    .left("\(host.port)"), cell(host.user), cell(host.identityFile), cell(host.gateway), .left(why),
                ]
            }
    }

    private static func cell(_ text: String?) -> TerminalText.Cell {
        .left(text.map { printable($0, limit: 60) } ?? ".")
    }
}

extension JSONText {
    fileprivate mutating func cluster(_ cluster: InventoryRecord.Cluster) {
        field("name", cluster.name)
        field("inventory", cluster.inventory)
        field("kubernetesVersion", cluster.kubernetesVersion)
        field("versionSource", cluster.versionSource)
        field("labels", cluster.labels)
        field("etcdMembers", cluster.etcdMembers)
        array("hosts", cluster.hosts) { json, host in
            json.object { json in
                json.field("name", host.name)
                json.field("address", host.address)
                json.field("port", host.port)
                json.field("user", host.user)
                json.field("identityFile", host.identityFile)
                json.field("gateway", host.gateway)
                json.object("because") { json in
                    json.field("pattern", host.pattern)
                    json.field("group", host.group)
                    json.field("file", host.file)
                    json.field("line", host.line)
                    json.field("column", host.column)
                }
                json.field("refusal", host.refusal)
            }
        }
    }
}
