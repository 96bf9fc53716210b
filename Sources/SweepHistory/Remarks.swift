import Hardening
import StrictJSON

/// What is known of a host's turn besides its evidence, as a document: hosts that fail alike share it.
struct Remarks: Equatable {
    var failure: HostFailure?
    var notes: [String]

    init(failure: HostFailure?, notes: [String]) {
        self.failure = failure
        self.notes = notes
    }

    var isEmpty: Bool { failure == nil && notes.isEmpty }

    var document: [UInt8] {
        var json = JSONText(capacity: 256)
        json.line { json in
            json.failure(failure)
            json.field("notes", notes)
        }
        return json.bytes
    }

    init(document bytes: [UInt8]) throws(JSONProblem) {
        var failure: HostFailure?
        var notes: [String] = []
        var json = JSONReader(bytes)
        try json.object(needing: ["failure", "notes"]) { (json, key) throws(JSONProblem) in
            switch key {
            case "failure": failure = try json.optional { json throws(JSONProblem) in try json.failure() }
            case "notes": notes = try json.strings()
            default: try json.skip()
            }
        }
        self.failure = failure
        self.notes = notes
    }
}
