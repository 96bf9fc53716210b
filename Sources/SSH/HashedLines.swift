import CLibCrypto
import Synchronization

/// The lines of known_hosts whose names are hashed, `|1|salt|HMAC-SHA1(salt, name)`. Only trying tells whether one names
/// a host, so that each new name costs a look at every line: for a thousand hosts, a million of them.
///
/// One look is two steps of SHA-1, since those that take in the salt are made once, and a line that has named one host
/// is not tried for another: no two names have an HMAC in common.
final class HashedLines: Sendable {
    struct Line: Sendable {
        /// HMAC's two digests behind the salt.
        fileprivate let inner: sha1_state
        fileprivate let outer: sha1_state
        fileprivate let hash: sha1_state
        /// Its number in `KnownHosts`.
        let entry: Int

        /// Of 20 bytes each.
        init(salt: [UInt8], hash: [UInt8], entry: Int) {
            func pad(_ byte: UInt8) -> sha1_state {
                let key = salt + [UInt8](repeating: 0, count: 64 - salt.count)
                return sha1_after(.initial, key.map { $0 ^ byte }, 1)
            }
            inner = pad(0x36)
            outer = pad(0x5c)
            var reader = WireReader(hash)
            func word() -> UInt32 { reader.uint32() ?? 0 }
            self.hash = sha1_state(h0: word(), h1: word(), h2: word(), h3: word(), h4: word())
            self.entry = entry
        }
    }

    private struct State: Sendable {
        var lines: [Line]
        var answers: [String: [Int]] = [:]
        /// Entries of lines that are still among `lines` and need not be tried any more.
        var named: Set<Int> = []
    }

    let count: Int
    private let state: Mutex<State>

    init(_ lines: [Line]) {
        count = lines.count
        state = Mutex(State(lines: lines))
    }

    /// The entries of the lines that name a host, in their order. For any number of threads at once.
    func entries(for name: String) -> [Int] {
        guard count > 0 else { return [] }
        let (answer, lines) = state.withLock { ($0.answers[name], $0.lines) }
        if let answer { return answer }
        let found = Self.entries(of: lines, for: Array(name.utf8))
        // Both at once, or another thread that looks the same name up could miss the line and not see the answer.
        state.withLock { state in
            state.answers[name] = found
            state.named.formUnion(found)
            guard !found.isEmpty, state.named.count * 8 >= state.lines.count else { return }
            state.lines.removeAll { state.named.contains($0.entry) }
            state.named = []
        }
        return found
    }

    private static func entries(of lines: [Line], for name: [UInt8]) -> [Int] {
        let message = padded(name)
        // The inner digest goes where these 20 bytes are.
        var digest = padded([UInt8](repeating: 0, count: 20))
        var found: [Int] = []
        for line in lines {
            sha1_digest(sha1_after(line.inner, message, message.count / 64), &digest)
            let hash = sha1_after(line.outer, digest, 1)
            if hash.h0 == line.hash.h0, hash.h1 == line.hash.h1, hash.h2 == line.hash.h2, hash.h3 == line.hash.h3,
                hash.h4 == line.hash.h4
            {
                found.append(line.entry)
            }
        }
        return found
    }

    /// The last blocks of a message that one block, the key's, went before (FIPS 180-4 §5.1.1).
    private static func padded(_ end: [UInt8]) -> [UInt8] {
        var blocks = end + [0x80]
        blocks += [UInt8](repeating: 0, count: (120 - blocks.count % 64) % 64)
        var writer = WireWriter()
        writer.uint32(0)
        writer.uint32(UInt32(truncatingIfNeeded: (64 + end.count) * 8))
        return blocks + writer.bytes
    }
}

extension sha1_state {
    /// FIPS 180-4 §5.3.1.
    fileprivate static let initial = sha1_state(
        h0: 0x6745_2301, h1: 0xefcd_ab89, h2: 0x98ba_dcfe, h3: 0x1032_5476, h4: 0xc3d2_e1f0)
}
