import Glibc

/// Held by the one sweep that writes to a state directory. The kernel lets go of it when the process ends, however it
/// ends, so that there are no stale locks.
package final class SweepLock: Sendable {
    private let descriptor: Int32

    package enum Failure: Error, Equatable {
        /// Another sweep holds it; what that one wrote of itself.
        case held(by: String)
        case cannotOpen(StoreError)
    }

    /// Takes the lock, without waiting for it.
    ///
    /// - Parameter holder: written into the file for whoever finds the lock held, one line.
    package init(_ directory: StateDirectory, holder: String) throws(Failure) {
        do throws(StoreError) { try directory.create() } catch { throw .cannotOpen(error) }
        let descriptor = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(
                StoreError(.cannotCreate, path: directory.lock, detail: String(cString: strerror(errno))))
        }
        var tries = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let cause = errno
            if cause == EINTR { continue }
            // Whoever asks for the holder has the lock for a moment.
            tries += 1
            if cause == EWOULDBLOCK, tries < 4 {
                usleep(20_000)
                continue
            }
            let line = Self.line(of: descriptor)
            close(descriptor)
            guard cause == EWOULDBLOCK else {
                throw .cannotOpen(
                    StoreError(.cannotCreate, path: directory.lock, detail: String(cString: strerror(cause))))
            }
            throw .held(by: line)
        }
        self.descriptor = descriptor
        let line = Array((holder + "\n").utf8)
        ftruncate(descriptor, 0)
        pwrite(descriptor, line, line.count, 0)
    }

    deinit { close(descriptor) }

    /// What the sweep that is under way wrote of itself; nil where none is.
    package static func holder(_ directory: StateDirectory) -> String? {
        let descriptor = open(directory.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        return line(of: descriptor)
    }

    private static func line(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)).prefix { $0 >= 0x20 && $0 < 0x7f }, as: UTF8.self)
    }
}
