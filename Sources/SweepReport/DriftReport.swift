package import Hardening
import ProcessTable
import StrictJSON

/// What masters disagree on and since when, and what is rare in the fleet: for people, and as `kubesweep.drift/1`.
package enum DriftReport {
    private static let listLimit = 4

    package static func text(
        _ sweep: SweepIdentity, _ courses: [DriftCourse], _ outliers: [FlagOutlier], style: TerminalStyle
    ) -> String {
        var text = TerminalText()
        text.line(style.heading("kubesweep drift") + "  \(printable(sweep.id))  \(printable(sweep.started))")
        text.line()
        text.line(style.heading("DRIFT") + "  masters of one cluster that disagree")
        if courses.isEmpty { text.line("  none") }
        for course in courses {
            text.line(
                "  \(padded(course.kind.rawValue, to: 8))  \(printable(course.cluster)): "
                    + "\(course.drift.component.rawValue) --\(printable(course.drift.flag))"
                    + style.faint("  \(words(course))"))
            for side in course.drift.values {
                text.entry(side.value == nil ? "not set" : "value", side.value ?? "")
                text.entry("on", folded(side.hosts).map { printable($0.text) }.joined(separator: ", "))
            }
        }
        text.line()
        text.line(style.heading("OUTLIERS") + "  values that are rare among the clusters of one environment")
        if outliers.isEmpty { text.line("  none") }
        for outlier in outliers {
            let environment = outlier.environment.isEmpty ? "no label" : printable(outlier.environment)
            text.line("  \(environment): \(outlier.component.rawValue) --\(printable(outlier.flag))")
            text.entry("value", outlier.value ?? "not set")
            text.entry(
                "usual", "\(outlier.usual ?? "not set") (\(outlier.usualClusters) of \(outlier.clusters) clusters)")
            var places = Places()
            for place in outlier.places { places.add(place.cluster, place.host) }
            text.entry(
                "on", places.text(width: TerminalText.width - TerminalText.indent, lines: listLimit, noun: "host"))
        }
        return text.text
    }

    private static func words(_ course: DriftCourse) -> String {
        if course.sweeps == 1 { return "first seen now" }
        return "\(course.isOlder ? "since before" : "since") \(printable(course.since)), \(course.sweeps) sweeps"
    }

    /// One document with a newline at its end.
    package static func json(
        _ sweep: SweepIdentity, _ courses: [DriftCourse], _ outliers: [FlagOutlier]
    ) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", "kubesweep.drift/1")
            json.object("sweep") { json in
                json.field("id", sweep.id)
                json.field("started", sweep.started)
            }
            json.array("drift", courses) { json, course in
                json.object { json in
                    json.field("cluster", course.cluster)
                    json.field("component", course.drift.component.rawValue)
                    json.field("flag", course.drift.flag)
                    json.field("kind", course.kind.rawValue)
                    json.field("since", course.since)
                    json.field("sweeps", course.sweeps)
                    json.field("older", course.isOlder)
                    json.array("values", course.drift.values) { json, side in
                        json.line { json in
                            json.field("value", side.value)
                            json.field("hosts", side.hosts)
                        }
                    }
                }
            }
            json.array("outliers", outliers) { json, outlier in
                json.object { json in
                    json.field("environment", outlier.environment)
                    json.field("component", outlier.component.rawValue)
                    json.field("flag", outlier.flag)
                    json.field("value", outlier.value)
                    json.field("usual", outlier.usual)
                    json.field("usualClusters", outlier.usualClusters)
                    json.field("clusters", outlier.clusters)
                    json.array("places", outlier.places) { json, place in
                        json.line { json in
                            json.field("cluster", place.cluster)
                            json.field("host", place.host)
                        }
                    }
                }
            }
        }
        json.end()
        return json.bytes
    }
}
