package import Hardening
package import HostInventory
package import ProcessTable
package import SSH

/// One host's listing, or why there is none.
package struct Capture: Sendable {
    package var result: Result<CapturedListing, HostFailure>
    /// What a reader should know of the connection, e.g. a host key that was accepted as new.
    package var notes: [String]

    /// How often the host was tried; 0 where something here was missing.
    package var attempts: Int

    package init(_ result: Result<CapturedListing, HostFailure>, notes: [String] = [], attempts: Int = 1) {
        self.result = result
        self.notes = notes
        self.attempts = attempts
    }
}

/// A listing as it came over the wire.
package struct CapturedListing: Sendable {
    package var bytes: [UInt8]
    package var origin: ListingOrigin
    /// The key the host proved to hold, `ssh-ed25519 SHA256:…`.
    package var hostKey: String?
    /// What the command wrote to standard error, its beginning.
    package var complaint: [UInt8]
    /// The listing went past the limit and reading stopped there.
    package var isCut: Bool
    package var milliseconds: Int
    /// Counts the bytes within the engine's bound as long as the listing lives.
    package var hold: OutputHold?

    package init(
        bytes: [UInt8], origin: ListingOrigin, hostKey: String?, complaint: [UInt8] = [], isCut: Bool = false,
        milliseconds: Int, hold: OutputHold? = nil
    ) {
        self.bytes = bytes
        self.origin = origin
        self.hostKey = hostKey
        self.complaint = complaint
        self.isCut = isCut
        self.milliseconds = milliseconds
        self.hold = hold
    }
}

/// How a host is asked; tests put scripted hosts here.
package typealias CaptureHost = @Sendable (Host) async -> Capture
