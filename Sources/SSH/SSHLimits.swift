/// How long each phase may take, how many hosts may be in each at a time, and how many bytes are kept.
///
/// A phase's clock starts when the phase starts, never while a host waits for a free place.
package struct SSHLimits: Sendable {
    package var resolve: Duration = .seconds(5)
    /// For all addresses of one name together.
    package var connect: Duration = .seconds(5)
    /// For the way through a bastion or proxy command, from its beginning to the host's first words.
    package var proxy: Duration = .seconds(30)
    /// From the TCP connection to the end of the key exchange.
    package var handshake: Duration = .seconds(15)
    package var authentication: Duration = .seconds(20)
    /// From the channel request to the server's yes to the command.
    package var execute: Duration = .seconds(10)
    /// From that yes to the command's first byte.
    package var firstByte: Duration = .seconds(10)
    /// From the first byte to the end of the output.
    package var output: Duration = .seconds(20)
    /// From the end of the output to the server's CLOSE; running out is no failure.
    package var close: Duration = .seconds(2)
    /// For one attempt at one host, all phases together.
    package var host: Duration = .seconds(60)
    /// How long hosts wait for descriptors, memory or local ports of this machine while nothing changes. A local port
    /// is free again 60 seconds after its connection's end (TIME_WAIT).
    package var shortage: Duration = .seconds(90)

    // The gates, each in its own unit and each for the whole engine. Hosts wait in front of them with their clocks
    // standing still. Descriptors are a fifth: as many hosts as the process has some left for.

    /// New connections a second, once `StartRamp` is at its end.
    package var startsPerSecond = 1000
    /// Hosts being resolved and connected, up to their version line: half-open connections.
    package var connecting = 512
    /// Hosts in the key exchange; each costs CPU.
    package var handshaking = 128
    /// Hosts with a live session; each holds about 60 KiB and its output.
    package var connected = 1024
    /// Bytes of output that came in and are not let go yet (`OutputHold`). Each lane lets one host at a time go past it,
    /// up to `outputLimit`, so that what has begun can always end.
    package var unparsedOutput = 256 << 20

    /// Bytes of standard output kept for one host; the rest is cut and the output says so.
    package var outputLimit = 8 << 20
    /// Bytes of standard error kept for one host; the rest is dropped.
    package var stderrLimit = 4 << 10

    package init() {}
}

extension SSHLimits {
    /// One lane's part of the gates.
    func share(ofLanes lanes: Int) -> SSHLimits {
        var share = self
        share.connecting = max(1, connecting / lanes)
        share.connected = max(1, connected / lanes)
        share.handshaking = min(share.connected, max(1, handshaking / lanes))
        share.outputLimit = max(0, outputLimit)
        share.stderrLimit = max(0, stderrLimit)
        return share
    }
}
