import CLinux
import ChildProcess
import Glibc

/// A program whose standard input and output are one end of a socket pair; the other end is the way to a host.
struct ProxyLink: Sendable {
    /// Non-blocking; whoever holds the link closes it.
    let descriptor: Int32
    /// The reading end of its standard error.
    private let complaints: Int32
    let child: ChildProcess
    /// The bastion's own connection; nil without a bastion.
    private let bastion: BastionSocket?
    /// Where that writes, and what was there before.
    private let log: BastionLog?

    /// Bytes of standard error that are read.
    private static let limit = 4 << 10

    init(_ arguments: [String], through bastion: BastionSocket? = nil) throws(ChildProcessError) {
        let program = arguments.first ?? ""
        self.bastion = bastion
        log = bastion.map { BastionLog(path: $0.log) }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ChildProcessError(program: program, code: errno)
        }
        defer { close(ends[1]) }
        var pipe: [Int32] = [-1, -1]
        // Nobody reads it before the end, so a child that fills it must lose words rather than wait.
        guard pipe2(&pipe, O_CLOEXEC | O_NONBLOCK) == 0 else {
            let code = errno
            close(ends[0])
            throw ChildProcessError(program: program, code: code)
        }
        defer { close(pipe[1]) }
        do throws(ChildProcessError) {
            child = try ChildProcess(arguments, input: ends[1], output: ends[1], errors: pipe[1])
        } catch {
            close(ends[0])
            close(pipe[0])
            throw error
        }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        descriptor = ends[0]
        complaints = pipe[0]
    }

    /// The bastion's connection has ended, and with it this one.
    var isCutOff: Bool { bastion.map { !$0.isAlive } ?? false }

    /// What the program has written to its standard error so far; once.
    func readComplaint() -> String {
        var bytes = [UInt8](repeating: 0, count: Self.limit)
        let count = read(complaints, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// What the bastion's connection has written since this link was made; other hosts' words may be among it.
    func readBastionLog() -> String { log?.read() ?? "" }

    func closeComplaints() { close(complaints) }
}

/// The end of a file that a bastion's connection writes to.
struct BastionLog: Sendable {
    let path: String
    private let start: Int

    /// From where the file ends now.
    init(path: String) {
        var status = stat()
        self.init(path: path, start: stat(path, &status) == 0 ? Int(status.st_size) : 0)
    }

    init(path: String, start: Int) {
        self.path = path
        self.start = start
    }

    /// The first 4 KiB from there.
    func read() -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4 << 10)
        let count = pread(descriptor, &bytes, bytes.count, start)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
