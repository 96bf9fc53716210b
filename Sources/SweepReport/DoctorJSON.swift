package import Hardening
import StrictJSON

/// What `doctor` found as one JSON document, `kubesweep.doctor/1`: keys and arrays in a fixed order.
package enum DoctorJSON {
    package static func render(_ record: DoctorRecord) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", "kubesweep.doctor/1")
            json.tool(record.tool)
            json.object("policy") { json in
                json.field("name", record.policy.name)
                json.field("digest", record.policy.digest)
            }
            json.field("time", record.time)
            json.object("summary") { summary(record, &$0) }
            json.array("items", record.items) { json, item in json.object { put(item, &$0) } }
            if let fleet = record.fleet {
                json.object("fleet") { put(fleet, &$0) }
            } else {
                json.field("fleet", json: nil)
            }
        }
        json.end()
        return json.bytes
    }

    private static func summary(_ record: DoctorRecord, _ json: inout JSONText) {
        for health in Health.allCases {
            let count = record.items.count { $0.health == health }
            json.fields([(health.rawValue, count)])
        }
        guard let fleet = record.fleet else { return json.field("hosts", json: nil) }
        json.object("hosts") { json in
            json.field("total", fleet.hosts.count)
            json.field("problem", fleet.hosts.count { $0.problem != nil })
            json.field("tried", fleet.hosts.count { $0.trial != nil })
            json.field("reached", fleet.hosts.count { $0.trial.map { $0.failure == nil } ?? false })
        }
    }

    private static func put(_ item: HealthItem, _ json: inout JSONText) {
        json.field("area", item.area.rawValue)
        json.field("subject", item.subject)
        json.field("health", item.health.rawValue)
        json.field("detail", item.detail)
        json.field("hint", item.hint.isEmpty ? nil : item.hint)
        json.object("facts") { json in
            for fact in item.facts {
                switch fact.value {
                case .number(let number): json.field(fact.name, number)
                case .flag(let flag): json.field(fact.name, flag)
                case .text(let text): json.field(fact.name, text)
                case .list(let list): json.field(fact.name, list)
                }
            }
        }
    }

    private static func put(_ fleet: FleetCheckup, _ json: inout JSONText) {
        json.object("inventory") { json in
            json.field("digest", fleet.inventory.digest)
            json.field("hosts", fleet.inventory.hosts)
        }
        json.object("limitMilliseconds") { json in
            for limit in fleet.limits { json.field(limit.name, Int(limit.seconds * 1000)) }
        }
        json.field("tried", fleet.isTried)
        json.array("hosts", fleet.hosts) { json, host in json.object { put(host, &$0) } }
    }

    private static func put(_ host: HostCheckup, _ json: inout JSONText) {
        json.field("cluster", host.cluster)
        json.field("name", host.name)
        json.field("kubernetesVersion", host.kubernetesVersion)
        json.line("address") { put(host.address, &$0) }
        json.line("port") { json in
            json.field("value", host.port.value)
            json.field("from", host.port.origin.rawValue)
        }
        json.field("addresses", host.addresses)
        json.line("user") { put(host.user, &$0) }
        json.line("route") { json in
            json.field("way", host.way.rawValue)
            put(host.route, &json)
            json.field("leftToSSH", host.leftToSSH)
        }
        json.field("keysFrom", host.keysOrigin.rawValue)
        json.array("keys", host.keys) { json, key in json.line { put(key, &$0) } }
        json.line("agent") { json in
            json.field("value", host.agent.value)
            json.field("from", host.agent.origin.rawValue)
        }
        json.object("knownHosts") { json in
            json.field("files", host.knownHostsFiles.value)
            json.field("from", host.knownHostsFiles.origin.rawValue)
            json.field("alias", host.hostKeyAlias?.value)
            json.field("aliasFrom", host.hostKeyAlias?.origin.rawValue)
            json.field("name", host.hostKey?.name)
            json.field("state", host.hostKey?.state)
            json.array("lines", host.hostKey?.lines ?? []) { json, line in json.line { put(line, &$0) } }
        }
        json.line("newKeys") { json in
            json.field("value", host.newKeys.value.rawValue)
            json.field("file", host.newKeysFile)
            json.field("from", host.newKeys.origin.rawValue)
        }
        json.line("connectMilliseconds") { json in
            json.field("value", Int(host.connectSeconds.value * 1000))
            json.field("from", host.connectSeconds.origin.rawValue)
        }
        json.field("forcedCommand", host.isForced)
        json.field("notes", host.notes)
        put("problem", host.problem, &json)
        if let trial = host.trial {
            json.object("trial") { put(trial, &$0) }
        } else {
            json.field("trial", json: nil)
        }
    }

    private static func put(_ setting: Sourced<String>, _ json: inout JSONText) {
        json.field("value", setting.value)
        json.field("from", setting.origin.rawValue)
    }

    private static func put(_ key: OfferedKey, _ json: inout JSONText) {
        json.field("type", key.type)
        json.field("fingerprint", key.fingerprint)
        json.field("name", key.name)
        json.field("inAgent", key.isInAgent)
        json.field("limitation", key.limitation)
    }

    private static func put(_ line: KnownHostKey.Line, _ json: inout JSONText) {
        json.field("type", line.type)
        json.field("fingerprint", line.fingerprint)
        json.field("file", line.file)
        json.field("line", line.line)
        json.field("revoked", line.isRevoked)
    }

    private static func put(_ key: StaticString, _ failure: HostFailure?, _ json: inout JSONText) {
        guard let failure else { return json.field(key, json: nil) }
        json.object(key) { json in
            json.field("phase", failure.phase)
            json.field("reason", failure.reason)
            json.field("detail", failure.detail)
            json.field("hint", failure.hint)
        }
    }

    private static func put(_ trial: HostTrial, _ json: inout JSONText) {
        json.field("reached", trial.failure == nil)
        put("failure", trial.failure, &json)
        json.field("hostKey", trial.hostKey)
        json.field("hostKeyIsNew", trial.hostKeyIsNew)
        if let key = trial.key {
            json.line("key") { put(key, &$0) }
        } else {
            json.field("key", json: nil)
        }
        json.field("peerAddress", trial.peerAddress)
        json.field("serverVersion", trial.serverVersion)
        json.field("attempts", trial.attempts)
        json.field("notes", trial.notes)
        json.line("microseconds") { json in
            json.field("resolve", trial.times.resolve)
            json.field("proxy", trial.times.proxy)
            json.field("connect", trial.times.connect)
            json.field("handshake", trial.times.handshake)
            json.field("authenticate", trial.times.authenticate)
            json.field("total", trial.times.total)
        }
    }
}
