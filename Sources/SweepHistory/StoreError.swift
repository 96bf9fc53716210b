/// Why the history cannot be read or written. The list is closed.
package struct StoreError: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// The directory or the file cannot be made or opened.
        case cannotCreate
        /// No history is there yet.
        case missing
        /// This account may not read it.
        case denied
        /// The file is a database of something else.
        case foreign
        /// The file is no database, or parts of it are broken.
        case damaged
        /// A later release of kubesweep wrote it.
        case newer
        /// There is no room on its file system.
        case full
        /// It, its directory or its file system may not be written to.
        case readOnly
        /// The disk, or what stands for one, failed.
        case disk
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
        case .denied: "the history \(path) cannot be read: \(detail)"
        case .foreign: "\(path) is a database, but not a history of kubesweep"
        case .damaged: "the history \(path) is damaged: \(detail)"
        case .newer: "the history \(path) was written by a later release of kubesweep"
        case .full: "no room to write the history \(path)"
        case .readOnly: "the history \(path) cannot be written: \(detail)"
        case .busy: "the history \(path) is held by another process"
        case .noSuchSweep: detail
        case .disk, .other: "the history \(path): \(detail)"
        }
    }

    /// What to do about it.
    package var hint: String {
        switch reason {
        case .cannotCreate: "choose another place with --state-dir"
        case .readOnly: "use an account that may write there, or choose another place with --state-dir"
        case .denied: "ask its owner for the right to read the file and to enter its directory"
        case .missing: "a sweep makes one: kubesweep scan"
        case .foreign: "move the file away, or choose another place with --state-dir"
        case .damaged:
            "move it away and sweep again; what can be read of it: "
                + "(umask 077; sqlite3 \(path) .recover | sqlite3 saved.sqlite)"
        case .newer: "use that release, or another --state-dir"
        case .full: "make room on its file system; removing old sweeps (kubesweep history prune) needs some room, too"
        case .disk: "look at the disk, at its quotas, and at what the kernel says of it: dmesg"
        case .busy: "try again when the other run has ended"
        case .noSuchSweep: "kubesweep history list shows what there is"
        case .other: "look at the file with sqlite3"
        }
    }
}
