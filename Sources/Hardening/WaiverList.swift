import StrictJSON
package import StrictYAML
import Yams

/// The waivers of one file or several, in their order.
package struct WaiverList: Sendable {
    /// For `parse(kept:)`: a file as it was read, or a JSON object with the texts of several, which no file of waivers is.
    package let text: String
    package let waivers: [Waiver]
    /// Where each stands.
    let places: [Place]
    /// Positions of the waivers of a check, in order.
    let byCheck: [String: [Int]]

    /// The largest file that is read, in bytes.
    package static let fileLimit = 4 << 20
    static let countLimit = 10_000

    package static let none = WaiverList(text: "", [])

    /// Every problem of the text is in the error.
    package static func parse(_ text: String, file: String) throws(YAMLError) -> WaiverList {
        let read = try YAMLFile.read(text, file: file, limit: fileLimit) { yaml, root in
            var reader = WaiverReader(yaml: yaml)
            let waivers = reader.waivers(root)
            yaml = reader.yaml
            return waivers
        }
        return WaiverList(text: text, read)
    }

    /// Reads files as one list, in which each id stands once. Every problem of every file is in the error.
    package static func load(_ paths: [String]) throws(YAMLError) -> WaiverList {
        try joined(
            paths.map { path in
                Result { () throws(YAMLError) in
                    try parse(try YAMLFile.text(path: path, limit: fileLimit), file: path)
                }
            })
    }

    /// As `load`, of files that have been read.
    package static func parse(_ files: [(name: String, text: String)]) throws(YAMLError) -> WaiverList {
        try joined(files.map { file in Result { () throws(YAMLError) in try parse(file.text, file: file.name) } })
    }

    /// - Parameter text: a list's own.
    package static func parse(kept text: String) throws(YAMLError) -> WaiverList {
        try parse((texts(kept: text) ?? [text]).map { ("waivers", $0) })
    }

    /// Nil for the text of one file.
    private static func texts(kept text: String) -> [String]? {
        var json = JSONReader(Array(text.utf8))
        var texts: [String]?
        do throws(JSONProblem) {
            try json.object { (json, key) throws(JSONProblem) in
                if key == "files" { texts = try json.strings() } else { try json.skip() }
            }
            try json.end()
        } catch {
            return nil
        }
        return texts
    }

    private static func joined(_ files: [Result<WaiverList, YAMLError>]) throws(YAMLError) -> WaiverList {
        var lists: [WaiverList] = []
        var problems = YAMLError(problems: [])
        for file in files {
            switch file {
            case .success(let list): lists.append(list)
            case .failure(let error):
                problems.problems += error.problems
                problems.isCut = problems.isCut || error.isCut
            }
        }
        guard problems.problems.isEmpty else { throw problems }
        guard lists.count > 1 else { return lists.first ?? .none }
        let read = lists.flatMap { zip($0.waivers, $0.places) }
        var first: [String: Place] = [:]
        for (waiver, place) in read {
            if let first = first[waiver.id] {
                problems.problems.append(
                    YAMLProblem(place: place, message: "waiver is there twice, first at \(first)", text: waiver.id))
            } else {
                first[waiver.id] = place
            }
        }
        if let (_, place) = read.dropFirst(countLimit).first {
            problems.problems.append(YAMLProblem(place: place, message: "more than \(countLimit) waivers in all files"))
        }
        guard problems.problems.isEmpty else { throw problems }
        var json = JSONText()
        json.object { $0.field("files", lists.map(\.text)) }
        return WaiverList(text: String(decoding: json.bytes, as: UTF8.self), read.map { (waiver: $0, place: $1) })
    }

    private init(text: String, _ read: [(waiver: Waiver, place: Place)]) {
        self.text = text
        waivers = read.map(\.waiver)
        places = read.map(\.place)
        byCheck = Dictionary(grouping: waivers.indices) { [waivers] in waivers[$0].check }
    }

    /// A waiver in force goes before an expired one, else the first in the files' order counts.
    ///
    /// - Parameter moment: RFC 3339. At one that cannot be read no waiver is in force.
    package func state(of finding: Finding, on place: WaiverPlace, at moment: String) -> WaiverState {
        guard finding.verdict == .fail, let candidates = byCheck[finding.check] else { return .none }
        let covering = candidates.lazy.map { waivers[$0] }.filter { $0.takes(finding) && $0.scope.covers(place) }
        guard let first = covering.first else { return .none }
        guard let now = Moment(rfc3339: moment) else { return .expired(first) }
        return covering.first { now < $0.end }.map(WaiverState.active) ?? .expired(first)
    }
}

extension WaiverList {
    /// Where failures that are as they were may be waived on one side and not on the other: the scopes of the waivers that
    /// are in force there alone.
    ///
    /// - Parameters: either side's waivers, nil for none, and the moment (RFC 3339) at which they are asked.
    package static func scopes(
        inForceOnOneSide older: (list: WaiverList?, moment: String), _ newer: (list: WaiverList?, moment: String)
    ) -> Set<WaiverScope> {
        func inForce(_ side: (list: WaiverList?, moment: String)) -> Set<Holding> {
            guard let list = side.list, let now = Moment(rfc3339: side.moment) else { return [] }
            return Set(
                list.waivers.filter { now < $0.end }.map { Holding(check: $0.check, scope: $0.scope, value: $0.value) })
        }
        return Set(inForce(older).symmetricDifference(inForce(newer)).map(\.scope))
    }

    /// All of a waiver that says whether a failure is waived while it is in force.
    private struct Holding: Hashable {
        let check: String
        let scope: WaiverScope
        let value: String?
    }
}

extension Waiver {
    /// Whether it speaks of such a failure, wherever it was seen.
    func takes(_ finding: Finding) -> Bool {
        finding.verdict == .fail && finding.check == check && (value == nil || value == finding.observed)
    }
}
