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

    /// Hosts being resolved and connected, for the whole engine; each holds a descriptor.
    package var connecting = 512
    /// Hosts in the key exchange, for the whole engine; each costs CPU.
    package var handshaking = 128
    /// Hosts with a live session, for the whole engine; each holds about 60 KiB and its output.
    package var connected = 1024

    /// Bytes of standard output kept for one host; the rest is cut and the output says so.
    package var outputLimit = 8 << 20
    /// Bytes of standard error kept for one host; the rest is dropped.
    package var stderrLimit = 4 << 10

    package init() {}
}
