import CLibSSH2
import Glibc

/// What libssh2 has allocated for one session, counted by its own allocator: it queues every packet that nobody asked
/// for, of whatever type and at any time, and knows no limit.
struct SessionMemory {
    private(set) var bytes = 0
    private var limit = perWindow

    /// Of a session with one channel that is read whenever something comes. One turn of `Intake` is 1 MiB, and a packet
    /// takes at most 2.2 times the bytes here that it took on the wire, however small it is. Beside the session's own
    /// 100 KiB that leaves as much again.
    private static let perWindow = 4 << 20

    var isExceeded: Bool { bytes > limit }

    /// For as many channels whose data waits in libssh2, and for those that are read.
    mutating func allow(windows: Int) { limit = windows * Self.perWindow }

    var limitText: String { "\(limit >> 20) MiB" }

    static let allocate:
        @convention(c) (Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> UnsafeMutableRawPointer? =
            { size, abstract in
                let pointer = malloc(size)
                SessionStreams.at(abstract)?.memory.bytes += malloc_usable_size(pointer)
                return pointer
            }

    static let resize:
        @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) ->
            UnsafeMutableRawPointer? = { pointer, size, abstract in
                let old = malloc_usable_size(pointer)
                guard let new = realloc(pointer, size) else { return nil }
                SessionStreams.at(abstract)?.memory.bytes += malloc_usable_size(new) - old
                return new
            }

    static let release:
        @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Void =
            { pointer, abstract in
                if let pointer, let streams = SessionStreams.at(abstract) {
                    let size = malloc_usable_size(pointer)
                    streams.memory.bytes -= size
                    if streams.isOpening {
                        streams.noteRefusal(in: UnsafeRawBufferPointer(start: pointer, count: size))
                    }
                }
                free(pointer)
            }
}

extension SessionStreams {
    /// Bytes up to the sign-in. The largest KEXINIT is 35,000 bytes long, as is the largest banner that libssh2 takes,
    /// and a server may first write 16 KiB before its version line.
    private static let signInLimit = 256 << 10

    /// What is too much of what the peer sent.
    var excess: Intake.End? {
        if memory.isExceeded { return .overdone("more than \(memory.limitText) that nobody asked for") }
        guard !isSignedIn, intake.received > Self.signInLimit else { return nil }
        return .overdone("more than \(Self.signInLimit >> 10) KiB before it let anybody in")
    }

    /// libssh2 drops the server's reason for refusing a channel (`_libssh2_channel_open`), so it is read from the packet
    /// when that is freed.
    fileprivate func noteRefusal(in packet: UnsafeRawBufferPointer) {
        refusal = ChannelRefusal(packet: packet) ?? refusal
    }
}
