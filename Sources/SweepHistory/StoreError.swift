/// Why the history cannot be read or written. The list is closed.
package struct StoreError: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// The directory or the file cannot be made or opened.
        case cannotCreate
        /// No history is there yet.
        case missing
        /// The file is a database of something else.
        case foreign
        /// The file is no database, or parts of it are broken.
        case damaged
        /// A later release of kubesweep wrote it.
        case newer
        case full
        case readOnly
        /// Another process holds the database for longer than we wait.
        case busy
        /// What was asked for is not in it.
        case noSuchSweep
        case other
    }

    package let reason: Reason
    package let path: String
    package let detail: String

    package init(_ reason: Reason, path: String, detail: String) {
        self.reason = reason
        self.path = path
        self.detail = detail
    }

    /// What happened and where.
    package var message: String {
        switch reason {
        case .cannotCreate: "\(path) cannot be made or opened: \(detail)"
        case .missing: "no history at \(path)"
        case .foreign: "\(path) is a database, but not a history of kubesweep"
        case .damaged: "the history \(path) is damaged: \(detail)"
        case .newer: "the history \(path) was written by a later release of kubesweep"
        case .full: "no room to write the history \(path)"
        case .readOnly: "the history \(path) cannot be written: \(detail)"
        case .busy: "the history \(path) is held by another process"
        case .noSuchSweep: detail
        case .other: "the history \(path): \(detail)"
        }
    }

    /// What to do about it.
    package var hint: String {
        switch reason {
        case .cannotCreate, .readOnly: "choose another place with --state-dir"
        case .missing: "a sweep makes one: kubesweep scan"
        case .foreign: "move the file away, or choose another place with --state-dir"
        case .damaged:
            "move it away and sweep again; what can be read of it: sqlite3 \(path) .recover | sqlite3 saved.sqlite"
        case .newer: "use that release, or another --state-dir"
        case .full: "make room, or remove old sweeps: kubesweep history prune"
        case .busy: "try again when the other run has ended"
        case .noSuchSweep: "kubesweep history list shows what there is"
        case .other: "look at the file with sqlite3"
        }
    }
}
