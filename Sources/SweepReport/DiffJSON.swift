package import Hardening
import ProcessTable
import StrictJSON

extension DiffReport {
    /// One document with a newline at its end.
    package static func json(_ diff: SweepDiff) -> [UInt8] {
        var json = JSONText(capacity: 4096 + diff.findings.count * 700 + diff.flags.count * 160)
        json.object { json in
            json.field("schema", "kubesweep.diff/1")
            json.object("older") { $0.side(diff.older) }
            json.object("newer") { $0.side(diff.newer) }
            json.object("summary") { json in
                json.field("changed", !diff.isEmpty)
                json.line("findings") { json in
                    json.fields(
                        FindingChange.Kind.allCases.map { kind in
                            (kind.rawValue, diff.findings.count { $0.kind == kind })
                        })
                    json.field("unchanged", diff.unchanged.values.reduce(0, +))
                }
                json.line("causes") { json in
                    json.fields(
                        ChangeCause.allCases.map { cause in
                            (cause.rawValue, diff.findings.count { $0.attribution.causes.contains(cause) })
                        })
                }
            }
            json.object("inventory") { $0.fleet(diff.fleet) }
            json.array("sights", diff.sights) { json, change in
                json.object { json in
                    json.place(change.place)
                    json.field("older", change.older?.rawValue)
                    json.field("newer", change.newer?.rawValue)
                    json.failure(change.failure)
                    json.field("lastSeen", change.lastSeen)
                    json.attribution(change.attribution)
                }
            }
            json.array("findings", diff.findings) { json, change in json.object { $0.change(change) } }
            json.array("unchanged", diff.unchanged.sorted { $0.key < $1.key }) { json, cluster in
                json.line { json in
                    json.field("cluster", cluster.key)
                    json.field("findings", cluster.value)
                }
            }
            json.array("processes", diff.processes) { json, change in
                json.line { json in
                    json.place(change.place)
                    json.field("component", change.component.rawValue)
                    json.field("there", change.isThere)
                    json.attribution(change.attribution)
                }
            }
            json.array("flags", diff.flags) { json, change in
                json.line { json in
                    json.place(change.place)
                    json.field("component", change.component.rawValue)
                    json.field("flag", change.flag)
                    json.field("older", change.from)
                    json.field("newer", change.to)
                    json.attribution(change.attribution)
                }
            }
            json.array("drift", diff.drifts) { json, change in
                json.object { json in
                    json.field("kind", change.kind.rawValue)
                    json.field("cluster", change.cluster)
                    json.drift(change.drift)
                    json.attribution(change.attribution)
                }
            }
            json.array("hostKeys", diff.hostKeys) { json, change in
                json.line { json in
                    json.place(change.place)
                    json.field("older", change.from)
                    json.field("newer", change.to)
                    json.attribution(change.attribution)
                }
            }
        }
        json.end()
        return json.bytes
    }
}

extension JSONText {
    fileprivate mutating func side(_ side: SweepDiff.Side) {
        field("id", side.sweep.id)
        field("started", side.sweep.started)
        field("ended", side.sweep.ended)
        field("complete", side.sweep.isComplete)
        early(side.early)
        tool(side.tool)
        policy(side.policy)
    }

    mutating func early(_ early: EarlyEnd?) {
        guard let early else { return field("endedEarly", nil as String?) }
        line("endedEarly") { json in
            json.field("cause", early.cause)
            json.field("hosts", early.hosts)
            json.field("abandoned", early.abandoned)
        }
    }

    fileprivate mutating func place(_ place: HostPlace) {
        field("cluster", place.cluster)
        field("host", place.host)
    }

    fileprivate mutating func attribution(_ attribution: Attribution) {
        field("causes", attribution.causes.map(\.rawValue))
        field("relation", attribution.relation.rawValue)
    }

    fileprivate mutating func change(_ change: FindingChange) {
        field("kind", change.kind.rawValue)
        place(change.place)
        field("component", change.component.rawValue)
        field("check", change.check)
        field("severity", change.severity.rawValue)
        attribution(change.attribution)
        field("waiver", change.waiver)
        field("accepted", change.isAccepted)
        finding("older", change.older)
        finding("newer", change.newer)
    }

    private mutating func finding(_ key: StaticString, _ finding: Finding?) {
        guard let finding else { return field(key, nil as String?) }
        line(key) { json in
            json.field("severity", finding.severity.rawValue)
            json.field("verdict", finding.verdict.word)
            json.field("reason", finding.verdict.reason)
            json.field("observed", finding.observed)
            json.field("expected", finding.expected)
            json.field("note", finding.note)
        }
    }

    fileprivate mutating func drift(_ drift: FlagDrift) {
        field("component", drift.component.rawValue)
        field("flag", drift.flag)
        array("values", drift.values) { json, side in
            json.line { json in
                json.field("value", side.value)
                json.field("hosts", side.hosts)
            }
        }
    }

    private mutating func stated(_ key: StaticString, _ changes: [FleetChange.StatedChange]) {
        array(key, changes) { json, change in
            json.line { json in
                json.field("cluster", change.cluster)
                json.field("older", change.from)
                json.field("newer", change.to)
            }
        }
    }

    fileprivate mutating func fleet(_ change: FleetChange) {
        field("addedClusters", change.addedClusters)
        field("removedClusters", change.removedClusters)
        array("renamedClusters", change.renamedClusters) { json, rename in
            json.line { json in
                json.field("older", rename.from)
                json.field("newer", rename.to)
            }
        }
        stated("versions", change.versions)
        stated("distributions", change.distributions)
        array("labels", change.labels) { json, label in
            json.line { json in
                json.field("cluster", label.cluster)
                json.field("label", label.label)
                json.field("older", label.from)
                json.field("newer", label.to)
            }
        }
        array("addedHosts", change.addedHosts) { json, host in json.line { $0.place(host) } }
        array("removedHosts", change.removedHosts) { json, host in json.line { $0.place(host) } }
        array("movedHosts", change.movedHosts) { json, move in
            json.object { json in
                json.line("older") { $0.place(move.from) }
                json.line("newer") { $0.place(move.to) }
            }
        }
        array("readdressedHosts", change.readdressedHosts) { json, host in
            json.line { json in
                json.place(host.place)
                json.field("older", host.from)
                json.field("newer", host.to)
                json.field("otherMachine", host.isOtherMachine)
            }
        }
    }
}
