import FleetSweep
import Glibc
import SweepHistory

/// How long this machine waits, so that machines with the same schedule do not all begin at once. The delay is the same
/// every time, so that sweeps stay a day apart.
struct Splay {
    /// At most so many seconds.
    let seconds: Double
    let directory: StateDirectory?

    /// Seconds, below `seconds`.
    var delay: Double {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        let digits = sha256(host + [0] + Array((directory?.path ?? "").utf8)).dropFirst("sha256:".count).prefix(13)
        // 13 digits are 52 bits, which a Double holds exactly.
        let part = Double(UInt64(digits, radix: 16) ?? 0) / Double(UInt64(1) << 52)
        return part * seconds
    }
}
