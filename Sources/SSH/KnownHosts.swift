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
    private var hashed = HashedLines([])
    /// `@revoked` and `@cert-authority`.
    private var hashedMarked = HashedLines([])

    /// Where a key that is accepted belongs: the first of the files.
    package private(set) var firstFile = "~/.ssh/known_hosts"

    package init() {}

    /// Reads files in the order given. A missing file is an empty one, as for ssh(1).
    package init(files: [String]) throws(KnownHostsError) {
        if let first = files.first { firstFile = first }
        var lines = Hashed()
        for file in files {
            do throws(FileBytesError) {
                add(try FileBytes.read(path: file, limit: Self.fileLimit).bytes, file: file, &lines)
            } catch {
                if case .cannotRead(_, ENOENT) = error { continue }
                throw .cannotRead(error.description)
            }
        }
        take(lines)
    }

    package init(text: String, file: String = "known_hosts") {
        var lines = Hashed()
        add(Array(text.utf8), file: file, &lines)
        take(lines)
    }

    private struct Hashed {
        var plain: [HashedLines.Line] = []
        var marked: [HashedLines.Line] = []
    }

    private mutating func take(_ lines: Hashed) {
        hashed = HashedLines(lines.plain)
        hashedMarked = HashedLines(lines.marked)
    }

    private mutating func add(_ bytes: [UInt8], file: String, _ lines: inout Hashed) {
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do throws(KnownHostsLineError) {
                guard let parsed = try KnownHostsLine(line) else { continue }
                add(parsed, file: file, line: number, &lines)
            } catch {
                skippedCount += 1
                guard skippedLines.count < Self.reportLimit else { continue }
                skippedLines.append(SkippedLine(file: file, line: number, reason: error.reason))
            }
        }
    }

    private mutating func add(_ parsed: KnownHostsLine, file: String, line: Int, _ lines: inout Hashed) {
        let index = entries.count
        entries.append(KnownHostsEntry(marker: parsed.marker, key: parsed.key, file: file, line: line))
        switch parsed.names {
        case .hashed(let salt, let hash):
            let line = HashedLines.Line(salt: salt, hash: hash, entry: index)
            if parsed.marker == nil { lines.plain.append(line) } else { lines.marked.append(line) }
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

    /// What is known of a host: all lines that name it count. A key revoked for the bare name is revoked for every port.
    func keys(for name: String, port: UInt16) -> KnownKeys {
        let bare = name.asciiLowercased
        guard port != 22 else { return keys(named: bare) }
        var found = keys(named: "[\(bare)]:\(port)")
        let fallback = keys(named: bare, triesHashed: found.keys.isEmpty)
        found.revoked += fallback.revoked
        found.hasAuthority = found.hasAuthority || fallback.hasAuthority
        if found.keys.isEmpty { found.keysOfBareName = fallback.keys }
        return found
    }

    /// - Parameter triesHashed: also the hashed names of keys that are to be trusted.
    private func keys(named name: String, triesHashed: Bool = true) -> KnownKeys {
        var matches = Set(byName[name] ?? [])
        if !patterned.isEmpty {
            let bytes = Array(name.utf8)
            for line in patterned where HostPattern.matches(line.patterns, bytes) { matches.insert(line.entry) }
        }
        matches.formUnion(hashedMarked.entries(for: name))
        if triesHashed { matches.formUnion(hashed.entries(for: name)) }
        return KnownKeys(matches.sorted().map { entries[$0] })
    }
}

package enum KnownHostsError: Error, Sendable, Equatable {
    /// Says which file and why.
    case cannotRead(String)
    case cannotWrite(String)
    /// Another program holds the lock of this file.
    case locked(String)
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
