import CLibCrypto

/// A passphrase, in memory that is wiped when the last reference goes.
package final class Passphrase: Sendable {
    // Written in init and read afterwards; only deinit changes it again.
    private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer

    /// Bytes; ssh-keygen(1) reads no more.
    package static let limit = 1024

    /// Copies the bytes and wipes the source.
    package init(taking bytes: inout [UInt8]) {
        memory = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        memory.copyBytes(from: bytes)
        count = bytes.count
        Wiped.wipe(&bytes)
    }

    private let count: Int

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    /// The bytes are valid within the closure only.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }
}

enum Wiped {
    /// Overwrites and empties an array that held a secret.
    static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        bytes = []
    }
}
