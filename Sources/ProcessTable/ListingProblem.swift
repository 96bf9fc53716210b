/// Why a host's output could not be read as a process listing at all.
package enum ListingProblem: Error, Sendable, Equatable {
    /// No bytes, or nothing but white space and an end marker with status 0.
    case empty
    /// Output, but no row of it looks like `ps -ef`. The excerpt is the first line, printable and at most 80 characters.
    case notAListing(line: Int, excerpt: String)
    /// The remote command said so itself: its marker carries a status other than 0 and no rows came.
    case commandFailed(status: Int)
}

/// Where the bytes of a listing come from, which decides what proves that they are all there.
package enum ListingOrigin: Sendable, Equatable {
    /// kubesweep's own remote command: whole only if its end marker is the last line, with status 0.
    case remoteCommand
    /// An account pinned to `ps -ef`: whole if the text ends in a newline and `orderlyClose` says that end of file
    /// and CLOSE were seen on the channel with exit status 0.
    case forcedCommand(orderlyClose: Bool)
    /// A file somebody saved.
    case saved
}
