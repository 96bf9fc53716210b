package import StrictYAML
import Yams

/// The waivers of a file, in its order.
package struct WaiverList: Sendable {
    package let file: String
    /// As it was read, so that it can be kept and read again.
    package let text: String
    package let waivers: [Waiver]
    /// Where each stands.
    let places: [Place]
    /// Positions of the waivers of a check, in order.
    let byCheck: [String: [Int]]

    /// The largest file that is read, in bytes.
    package static let fileLimit = 4 << 20
    static let countLimit = 10_000

    package static let none = WaiverList(file: "", text: "", [])

    /// Every problem of the text is in the error.
    package static func parse(_ text: String, file: String) throws(YAMLError) -> WaiverList {
        let read = try YAMLFile.read(text, file: file, limit: fileLimit) { yaml, root in
            var reader = WaiverReader(yaml: yaml)
            let waivers = reader.waivers(root)
            yaml = reader.yaml
            return waivers
        }
        return WaiverList(file: file, text: text, read)
    }

    package static func load(_ path: String) throws(YAMLError) -> WaiverList {
        try parse(try YAMLFile.text(path: path, limit: fileLimit), file: path)
    }

    private init(file: String, text: String, _ read: [(waiver: Waiver, place: Place)]) {
        self.file = file
        self.text = text
        waivers = read.map(\.waiver)
        places = read.map(\.place)
        byCheck = Dictionary(grouping: waivers.indices) { [waivers] in waivers[$0].check }
    }

    /// A waiver in force goes before an expired one, else the first in the file's order counts.
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

extension Waiver {
    /// Whether it speaks of such a failure, wherever it was seen.
    func takes(_ finding: Finding) -> Bool {
        finding.verdict == .fail && finding.check == check && (value == nil || value == finding.observed)
    }
}
