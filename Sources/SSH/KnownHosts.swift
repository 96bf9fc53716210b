import Glibc

/// The known_hosts files of one run, parsed once and shared: an index from host name to the keys it may show.
///
/// libssh2's own reader is not used: it knows no patterns, reads `@revoked` as a host name, and takes a known host
/// that shows another key type for a new one (libssh2#508, #1193).
package struct KnownHosts: Sendable {
    /// A line that was passed over, and why. Lines count from 1.
    package struct SkippedLine: Sendable, Equatable {
        package var file: String
        package var line: Int
        package var reason: String
    }

    /// Bytes of one file; beyond it the file is refused.
    package static let fileLimit = 64 << 20

    /// The first `reportLimit` lines that were passed over.
    package private(set) var skippedLines: [SkippedLine] = []
    /// All lines that were passed over.
    package private(set) var skippedCount = 0
    package static let reportLimit = 100
    /// Keys that were read, marked ones included.
    package var count: Int { entries.count }

    private var entries: [KnownHostsEntry] = []
    private var byName: [String: [Int]] = [:]
    private var patterned: [(patterns: [HostPattern], entry: Int)] = []
    private var hashed: [(salt: [UInt8], hash: [UInt8], entry: Int)] = []
    private var hashedMarked: [(salt: [UInt8], hash: [UInt8], entry: Int)] = []

    /// Where a key that is accepted belongs: the first of the files.
    package private(set) var firstFile = "~/.ssh/known_hosts"

    package init() {}

    /// Reads files in the order given. A missing file is an empty one, as for ssh(1).
    package init(files: [String]) throws(KnownHostsError) {
        if let first = files.first { firstFile = first }
        for file in files {
            do throws(FileBytesError) {
                add(try FileBytes.read(path: file, limit: Self.fileLimit).bytes, file: file)
            } catch {
                if case .cannotRead(_, ENOENT) = error { continue }
                throw .cannotRead(error.description)
            }
        }
    }

    package init(text: String, file: String = "known_hosts") {
        add(Array(text.utf8), file: file)
    }

    private mutating func add(_ bytes: [UInt8], file: String) {
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do throws(KnownHostsLineError) {
                guard let parsed = try KnownHostsLine(line) else { continue }
                add(parsed, file: file, line: number)
            } catch {
                skippedCount += 1
                guard skippedLines.count < Self.reportLimit else { continue }
                skippedLines.append(SkippedLine(file: file, line: number, reason: error.reason))
            }
        }
    }

    private mutating func add(_ parsed: KnownHostsLine, file: String, line: Int) {
        let index = entries.count
        entries.append(KnownHostsEntry(marker: parsed.marker, key: parsed.key, file: file, line: line))
        switch parsed.names {
        case .hashed(let salt, let hash):
            if parsed.marker == nil {
                hashed.append((salt, hash, index))
            } else {
                hashedMarked.append((salt, hash, index))
            }
        case .patterns(let patterns):
            if patterns.allSatisfy({ $0.isPlain }) {
                for pattern in patterns { byName[pattern.text, default: []].append(index) }
            } else {
                patterned.append((patterns, index))
            }
        }
    }

    /// Fingerprints of the keys that the files know a host by, marked ones aside.
    package func fingerprints(of name: String, port: UInt16) -> [String] {
        keys(for: name, port: port).keys.map(\.key.fingerprint)
    }

    /// Lines whose name is hashed: what each look-up may have to try.
    package var hashedCount: Int { hashed.count + hashedMarked.count }

    /// What is known of a host.
    ///
    /// A key revoked for the bare name is revoked for every port. Each hashed line costs one HMAC, so hashed lines without a marker are tried only where no other line names
    /// the host. That cannot let a wrong key pass: it only leaves a right one unfound.
    func keys(for name: String, port: UInt16) -> KnownKeys {
        let bare = name.asciiLowercased
        guard port != 22 else { return keys(named: bare) }
        var found = keys(named: "[\(bare)]:\(port)")
        let fallback = keys(named: bare)
        found.revoked += fallback.revoked
        found.hasAuthority = found.hasAuthority || fallback.hasAuthority
        if found.keys.isEmpty { found.keysOfBareName = fallback.keys }
        return found
    }

    private func keys(named name: String) -> KnownKeys {
        var matches = byName[name] ?? []
        for line in patterned where HostPattern.matches(line.patterns, name) { matches.append(line.entry) }
        if !hashedMarked.isEmpty {
            let hashedName = HashedName(name)
            for line in hashedMarked {
                // Where libcrypto fails, a revocation counts for every host rather than for none.
                let hash = hashedName?.hash(salt: line.salt) ?? []
                if hash.isEmpty || hash == line.hash { matches.append(line.entry) }
            }
        }
        var keys = KnownKeys(matches.map { entries[$0] })
        if keys.keys.isEmpty, !hashed.isEmpty, let hashedName = HashedName(name) {
            for line in hashed where hashedName.hash(salt: line.salt) == line.hash {
                keys.keys.append(entries[line.entry])
            }
        }
        return keys
    }
}

package enum KnownHostsError: Error, Sendable, Equatable {
    /// Says which file and why.
    case cannotRead(String)
    case cannotWrite(String)
    /// A name that a known_hosts line cannot hold.
    case unusableName(String)
}

/// One line's key, and where it stands.
struct KnownHostsEntry: Sendable {
    var marker: KnownHostsLine.Marker?
    var key: HostKey
    var file: String
    /// Counted from 1.
    var line: Int
}

/// Everything the files say about one name.
struct KnownKeys: Sendable {
    var keys: [KnownHostsEntry] = []
    var revoked: [KnownHostsEntry] = []
    var hasAuthority = false
    /// Keys of the name without its port, where `[name]:port` is not known. They may confirm a key, as for ssh(1);
    /// they never make another key a changed one.
    var keysOfBareName: [KnownHostsEntry] = []

    init(_ entries: [KnownHostsEntry]) {
        for entry in entries {
            switch entry.marker {
            case nil: keys.append(entry)
            case .revoked: revoked.append(entry)
            case .certificateAuthority: hasAuthority = true
            }
        }
    }
}
