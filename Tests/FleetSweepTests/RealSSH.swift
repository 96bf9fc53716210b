import Glibc

/// The system's ssh.
enum RealSSH {
    /// Where a run must not pass for want of it, tests without it fail instead of being skipped.
    static let isAvailable =
        getenv("KUBESWEEP_REQUIRE_SERVERS") != nil || access("/usr/bin/ssh", X_OK) == 0
}
