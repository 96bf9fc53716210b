import Glibc

/// What a file's system says of it; equal as long as nobody has written to it.
struct FileStamp: Sendable, Equatable {
    let size: Int
    private let inode: UInt
    private let seconds: Int
    private let nanoseconds: Int

    /// Nil where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        size = status.st_size
        inode = status.st_ino
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
