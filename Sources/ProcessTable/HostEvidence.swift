/// What one host showed, reduced to its control-plane processes. The raw listing ends here: the
/// arguments of other processes hold other people's secrets and never leave this room.
package struct HostEvidence: Sendable, Equatable {
    /// How far the listing is known to be all there was.
    package var wholeness: Wholeness
    /// True when only the caller's own processes were listed (`/proc` mounted with `hidepid`):
    /// neither PID 1 nor PID 2 is among the rows of a listing that has a header.
    package var isHidden: Bool
    /// Process rows read, control-plane or not.
    package var rowCount: Int
    /// In the order of the listing.
    package var processes: [ControlPlaneProcess]
    /// Rows that claim to be a component but are not believed, because a trustworthy process claims it too.
    package var lookAlikes: [ControlPlaneProcess]
    /// Lines among the rows that do not read as a row, and rows that are cut before the name of their program.
    package var unreadableRows: Int

    package init(
        wholeness: Wholeness, isHidden: Bool, rowCount: Int, processes: [ControlPlaneProcess],
        lookAlikes: [ControlPlaneProcess] = [], unreadableRows: Int = 0
    ) {
        self.wholeness = wholeness
        self.isHidden = isHidden
        self.rowCount = rowCount
        self.processes = processes
        self.lookAlikes = lookAlikes
        self.unreadableRows = unreadableRows
    }
}

/// Whether a listing can be trusted to show every process, so that absence means absence.
package enum Wholeness: Sendable, Equatable {
    /// The end marker of the remote command, or a forced command's orderly close, was seen.
    case proven
    /// A saved listing with header and final newline and no sign of cutting.
    case assumed
    /// Lines without a header (`ps -ef | grep …`): judged on the lines it has.
    case excerpt
    /// Something is missing; the text says what was seen of it.
    case cut(CutSign)
}

/// The sign by which a listing was recognised as not whole.
package enum CutSign: String, Sendable, CaseIterable {
    /// Rows of other users are hidden from the account; set by the judge, never by `read`.
    case hiddenRows
    /// The end marker, or a forced command's orderly close, is missing; or something follows the marker.
    case noEndMarker
    case noFinalNewline
    /// Set by whoever stopped reading at its own limit, never by `read`.
    case outputLimit
    /// The marker carries a status other than 0.
    case commandFailed
    /// Lines among the rows read as no row, or rows are cut before the name of their program, so that a process may be
    /// among them.
    case unreadableRows
}

/// One running component, with its arguments as the process table shows them.
package struct ControlPlaneProcess: Sendable, Equatable {
    package var component: Component
    package var pid: Int
    /// Nil where the listing has no PPID column (BusyBox).
    package var parent: Int?
    package var user: String
    /// argv[0] as shown, launchers removed.
    package var program: String
    /// The arguments after argv[0], split at single spaces and redacted; an empty string is an empty argument.
    package var arguments: [String]
    /// True when the row ends where a width limit cuts rows, so its last argument and any after it are not known.
    package var isCut: Bool
    /// Where this component's settings live.
    package var settings: SettingsSource
    /// False where it runs as an account that its component is not known to run as.
    package var isKnownUser: Bool
    package var starter: Starter

    package init(
        component: Component, pid: Int, parent: Int?, user: String, program: String, arguments: [String],
        isCut: Bool = false, settings: SettingsSource = .commandLine, isKnownUser: Bool = true,
        starter: Starter = .notListed
    ) {
        self.component = component
        self.pid = pid
        self.parent = parent
        self.user = user
        self.program = program
        self.arguments = arguments
        self.isCut = isCut
        self.settings = settings
        self.isKnownUser = isKnownUser
        self.starter = starter
    }
}

/// Where a component takes its settings from.
package enum SettingsSource: Sendable, Equatable {
    case commandLine
    /// The command line is not where the settings stand: `distribution` is a short name (`k3s`, `microk8s`,
    /// `openshift-4` …), `path` the file that holds them as far as it is known.
    case file(distribution: String, path: String)
}
