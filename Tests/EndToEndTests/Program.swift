import Glibc
import Testing

/// A program that was started with its own files for output, nothing inherited, and a limit on its time.
struct Program {
    let pid: pid_t
    private let output: String
    private let talk: String

    /// What ends a program that hangs; far above what any test takes on a busy machine.
    static let timeLimit = Duration.seconds(90)

    enum Input {
        /// Ends at once.
        case nothing
        case file(String)
        case descriptor(Int32)
        /// There is no file descriptor 0 at all.
        case closed
    }

    /// - Parameters:
    ///   - scratch: where its output goes.
    ///   - environment: the whole environment.
    init(
        _ path: String, _ arguments: [String], in scratch: Scratch, input: Input = .nothing, output: String? = nil,
        environment: [String: String]
    ) throws {
        let number = scratch.nextNumber()
        self.output = output ?? "\(scratch.path)/\(number).stdout"
        talk = "\(scratch.path)/\(number).stderr"

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        switch input {
        case .nothing: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        case .file(let path): posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
        case .closed: posix_spawn_file_actions_addclose(&actions, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, self.output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, talk, O_WRONLY | O_CREAT, 0o600)
        // Nothing of the other tests is kept open: a pipe of theirs would not end before this program does.
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }

        // As a shell starts it: the test runner's own mask and ignored signals stay here.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw ScratchError("cannot start \(path): \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Ends it and collects it. One that is left uncollected holds up the tests that run in processes of their own: whoever
    /// waits for those (swift-testing's monitor) is shown it again and again.
    func destroy() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// What it has written to standard output so far.
    var outputSoFar: String { (try? String(decoding: Scratch.read(output), as: UTF8.self)) ?? "" }

    /// What it has written to standard error so far.
    var talkSoFar: String { (try? String(decoding: Scratch.read(talk), as: UTF8.self)) ?? "" }

    /// Waits without holding a thread, so that other tests go on meanwhile.
    func end() async throws -> ProgramEnd {
        let deadline = ContinuousClock.now + Self.timeLimit
        var wasKilled = false
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            if !wasKilled, ContinuousClock.now > deadline {
                kill(pid, SIGKILL)
                wasKilled = true
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        // The two halves of wait status: <sys/wait.h>'s macros are not imported.
        let signal = status & 0x7F
        return ProgramEnd(
            stdout: try Scratch.read(output), stderr: try Scratch.read(talk),
            status: Int(signal == 0 ? (status >> 8) & 0xFF : 128 + signal), wasKilled: wasKilled || signal != 0)
    }
}

/// A standard input that ends when it is told to.
struct InputPipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ScratchError("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }
}

/// Everything a program leaves behind.
struct ProgramEnd: CustomTestStringConvertible {
    let stdout: [UInt8]
    let stderr: [UInt8]
    /// As a shell shows it: 128 and the signal's number where a signal ended it.
    let status: Int
    /// It did not end by itself.
    let wasKilled: Bool

    /// For the messages of expectations, which would otherwise list every byte.
    var testDescription: String { "the program's end, exit status \(status)" }

    var output: String { String(decoding: stdout, as: UTF8.self) }
    var talk: String { String(decoding: stderr, as: UTF8.self) }
}

/// Where the programs under test were built: beside the test runner.
enum Built {
    static let folder: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" }
    }()

    static let kubesweep = "\(folder)/kubesweep"
    static let loopbackHost = "\(folder)/loopback-host"

    /// The package's root, three components above this file.
    static let package = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
}
