import CLinux
import Glibc

/// What stands in one known_hosts file, line by line, by the reader that host keys are checked with.
package struct KnownHostsSurvey: Sendable {
    package enum Problem: Error, Sendable, Equatable {
        case missing
        /// Says which file and why.
        case unreadable(String)
    }

    /// A line with a place in the file; lines count from 1.
    package struct Line: Sendable, Equatable {
        package var line: Int
        package var reason: String
    }

    /// A name with different keys of one type: each of them is trusted.
    package struct Conflict: Sendable, Equatable {
        package var name: String
        package var type: String
        package var lines: [Int]
    }

    /// Lines of the file, empty ones and comments too.
    package private(set) var lines = 0
    /// Keys that hosts are checked against, hashed names and patterns included.
    package private(set) var keys = 0
    /// Of these, with a hashed name.
    package private(set) var hashed = 0
    package private(set) var revoked = 0
    package private(set) var authorities = 0
    /// Lines that are passed over, the first `KnownHosts.reportLimit` of them.
    package private(set) var malformed: [Line] = []
    package private(set) var malformedCount = 0
    package private(set) var conflicts: [Conflict] = []
    /// The permission bits.
    package let mode: UInt32
    package let owner: UInt32

    private struct Slot: Hashable {
        var name: String
        var type: String
    }

    package init(path: String) throws(Problem) {
        let bytes: [UInt8]
        do throws(FileBytesError) {
            let file = try FileBytes.read(path: path, limit: KnownHosts.fileLimit)
            bytes = file.bytes
            mode = UInt32(file.status.st_mode & 0o7777)
            owner = file.status.st_uid
        } catch {
            if case .cannotRead(_, ENOENT) = error { throw .missing }
            throw .unreadable(error.description)
        }
        var texts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if texts.last?.isEmpty == true { texts.removeLast() }
        lines = texts.count
        var seen: [Slot: (keys: Set<HostKey>, lines: [Int])] = [:]
        for (index, text) in texts.enumerated() {
            do throws(KnownHostsLineError) {
                if let parsed = try KnownHostsLine(text) { take(parsed, at: index + 1, &seen) }
            } catch {
                malformedCount += 1
                if malformed.count < KnownHosts.reportLimit {
                    malformed.append(Line(line: index + 1, reason: error.reason))
                }
            }
        }
        conflicts = seen.filter { $0.value.keys.count > 1 }
            .map { Conflict(name: PeerText.printable($0.key.name.utf8), type: $0.key.type, lines: $0.value.lines) }
            .sorted { ($0.lines[0], $0.name) < ($1.lines[0], $1.name) }
    }

    private mutating func take(
        _ line: KnownHostsLine, at number: Int, _ seen: inout [Slot: (keys: Set<HostKey>, lines: [Int])]
    ) {
        switch line.marker {
        case .revoked: revoked += 1
        case .certificateAuthority: authorities += 1
        case nil:
            keys += 1
            switch line.names {
            case .hashed: hashed += 1
            case .patterns(let patterns):
                for pattern in patterns where pattern.isPlain {
                    let slot = Slot(name: pattern.text, type: line.key.type)
                    if seen[slot, default: ([], [])].keys.insert(line.key).inserted {
                        seen[slot]?.lines.append(number)
                    }
                }
            }
        }
    }
}
