/// Collects a command's output from its channel, within bounds.
struct OutputReader {
    private(set) var stdout: [UInt8] = []
    private(set) var stderr: [UInt8] = []
    private(set) var hasFirstByte = false
    private var discarded = 0
    private let outputLimit: Int
    private let stderrLimit: Int

    /// Reads in one go; a flood must not keep the lane from its other connections.
    private static let readsPerTurn = 16

    init(limits: SSHLimits) {
        outputLimit = limits.outputLimit
        stderrLimit = limits.stderrLimit
    }

    enum Progress {
        /// Nothing is left in libssh2 now.
        case empty
        /// There may be more at once.
        case more
        /// EOF, and everything before it is here.
        case end
        /// More came than is kept.
        case cut
        case failed(Session.Failure)
    }

    /// Reads both streams until nothing is left: what stays in libssh2 does not make the socket readable again.
    mutating func read(_ session: Session, buffer: UnsafeMutableBufferPointer<CChar>) -> Progress {
        for _ in 0..<Self.readsPerTurn {
            switch session.read(.output, into: buffer) {
            case .failed(let failure): return .failed(failure)
            case .bytes(let count):
                hasFirstByte = true
                let room = outputLimit - stdout.count
                stdout.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<min(count, room)])
                if count > room { return .cut }
                continue
            case .none: break
            }
            switch session.read(.error, into: buffer) {
            case .failed(let failure): return .failed(failure)
            case .bytes(let count):
                hasFirstByte = true
                let room = stderrLimit - stderr.count
                stderr.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<min(count, room)])
                discarded += max(0, count - room)
                if discarded > outputLimit { return .cut }
            case .none: return session.isAtEnd ? .end : .empty
            }
        }
        return .more
    }
}
