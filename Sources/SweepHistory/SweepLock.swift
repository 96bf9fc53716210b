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
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            var buffer = [UInt8](repeating: 0, count: 200)
            let count = pread(descriptor, &buffer, buffer.count, 0)
            close(descriptor)
            guard cause == EWOULDBLOCK else {
                throw .cannotOpen(
                    StoreError(.cannotCreate, path: directory.lock, detail: String(cString: strerror(cause))))
            }
            let line = buffer.prefix(max(0, count)).prefix { $0 >= 0x20 && $0 < 0x7f }
            throw .held(by: String(decoding: line, as: UTF8.self))
        }
        self.descriptor = descriptor
        let line = Array((holder + "\n").utf8)
        ftruncate(descriptor, 0)
        pwrite(descriptor, line, line.count, 0)
    }

    deinit { close(descriptor) }
}
