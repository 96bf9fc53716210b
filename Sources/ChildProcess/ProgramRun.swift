import CLinux
import Glibc

/// A program run to its end, with what it wrote.
package struct ProgramRun: Sendable {
    package var output: [UInt8]
    /// Its beginning.
    package var errors: [UInt8]
    package var end: End

    package enum End: Sendable, Equatable {
        /// The exit status, or 128 and the number of the signal that ended it.
        case exited(Int32)
        /// It took longer than it may, and was ended.
        case timedOut
        /// It wrote more than it may, and was ended.
        case tooMuch
        case cancelled
    }

    /// Bytes of standard error that are kept.
    private static let errorLimit = 4 << 10

    /// Waits on the caller's thread; nothing outlives the call but what made itself a process of its own.
    ///
    /// - `input`: its standard input, as much of it as it reads; nil is /dev/null.
    /// - `outputLimit`: bytes of standard output.
    /// - `isCancelled`: asked every tenth of a second.
    package init(
        _ arguments: [String], input: [UInt8]? = nil, timeLimit: Duration, outputLimit: Int,
        isCancelled: () -> Bool = { false }
    ) throws(ChildProcessError) {
        let program = arguments.first ?? ""
        guard let out = Pipe() else { throw ChildProcessError(program: program, code: errno) }
        guard let err = Pipe() else {
            out.closeBoth()
            throw ChildProcessError(program: program, code: errno)
        }
        var feed: Feed?
        if let input {
            guard let pipe = Pipe() else {
                out.closeBoth()
                err.closeBoth()
                throw ChildProcessError(program: program, code: errno)
            }
            feed = Feed(pipe, input)
        }
        let child: ChildProcess
        do throws(ChildProcessError) {
            child = try ChildProcess(
                arguments, input: feed?.pipe.reading, output: out.writing, errors: err.writing)
        } catch {
            out.closeBoth()
            err.closeBoth()
            feed?.pipe.closeBoth()
            throw error
        }
        close(out.writing)
        close(err.writing)
        out.makeReadingNonBlocking()
        err.makeReadingNonBlocking()
        feed?.start()
        defer {
            close(out.reading)
            close(err.reading)
            feed?.end()
        }
        let deadline = ContinuousClock.now + timeLimit
        output = []
        errors = []
        var status: Int32?
        var early: End?
        var outIsOpen = true
        var errIsOpen = true
        while early == nil {
            feed?.write()
            if outIsOpen { outIsOpen = Self.drain(out.reading, into: &output, limit: outputLimit + 1) }
            if errIsOpen { errIsOpen = Self.drain(err.reading, into: &errors, limit: Self.errorLimit) }
            if output.count > outputLimit {
                early = .tooMuch
                break
            }
            if status == nil { status = child.reapedStatus() }
            if let status {
                // What it left running may hold the pipes open; what it wrote itself is in by now.
                if outIsOpen { _ = Self.drain(out.reading, into: &output, limit: outputLimit + 1) }
                end = output.count > outputLimit ? .tooMuch : .exited(status)
                return
            }
            if ContinuousClock.now >= deadline { early = .timedOut }
            if isCancelled() { early = .cancelled }
            var watched = [
                pollfd(fd: outIsOpen ? out.reading : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errIsOpen ? err.reading : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: feed?.descriptor ?? -1, events: Int16(POLLOUT), revents: 0),
            ]
            // With both ends closed the process is about to be gone.
            poll(&watched, 3, outIsOpen || errIsOpen ? 100 : 1)
        }
        child.destroy()
        while child.reapedStatus() == nil { usleep(1000) }
        end = early ?? .timedOut
    }

    /// False at the end of the stream. Bytes past the limit are read and dropped.
    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8], limit: Int) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        // Bounded, so that a program that never stops writing does not hide the deadline.
        for _ in 0..<64 {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count == 0 { return false }
            bytes.append(contentsOf: chunk[..<min(count, max(0, limit - bytes.count))])
        }
        return true
    }

    /// What is still to be written to the program's standard input. SIGPIPE must be ignored: a program need not read.
    private struct Feed {
        let pipe: Pipe
        private var rest: ArraySlice<UInt8>
        /// -1 when all is written or nobody reads.
        private(set) var descriptor: Int32

        init(_ pipe: Pipe, _ bytes: [UInt8]) {
            self.pipe = pipe
            rest = bytes[...]
            descriptor = pipe.writing
        }

        /// Call when the program has its end.
        func start() {
            close(pipe.reading)
            _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK)
        }

        mutating func write() {
            while descriptor >= 0 {
                if rest.isEmpty { return end() }
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    if errno != EAGAIN { end() }
                    return
                }
                rest = rest.dropFirst(count)
            }
        }

        mutating func end() {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init?() {
            var ends: [Int32] = [-1, -1]
            guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
            (reading, writing) = (ends[0], ends[1])
        }

        func makeReadingNonBlocking() { _ = fcntl(reading, F_SETFL, O_NONBLOCK) }

        func closeBoth() {
            close(reading)
            close(writing)
        }
    }
}
