/// One line of a known_hosts file, by sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
struct KnownHostsLine: Sendable {
    enum Marker: Sendable, Equatable {
        case revoked, certificateAuthority
    }

    enum Names: Sendable {
        case patterns([HostPattern])
        /// `|1|salt|hash`: HMAC-SHA1 of the name under the salt, 20 bytes each.
        case hashed(salt: [UInt8], hash: [UInt8])
    }

    /// Bytes; OpenSSH reads lines of any length, but no real key needs more.
    static let lengthLimit = 64 << 10

    var marker: Marker?
    var names: Names
    var key: HostKey

    /// Nil for an empty line and for a comment.
    init?(_ line: ArraySlice<UInt8>) throws(KnownHostsLineError) {
        guard line.count <= Self.lengthLimit else { throw .tooLong }
        let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
        guard let first = line.first(where: { !blank($0) }), first != UInt8(ascii: "#") else { return nil }
        // The comment after the key may hold anything, so the line is not split further than is needed.
        var fields = line.split(maxSplits: 4, whereSeparator: blank)[...]

        if first == UInt8(ascii: "@") {
            switch fields.popFirst().map({ String(decoding: $0, as: UTF8.self) }) {
            case "@revoked": marker = .revoked
            case "@cert-authority": marker = .certificateAuthority
            default: throw .unknownMarker
            }
        }
        guard let nameField = fields.popFirst(), let typeField = fields.popFirst(), let keyField = fields.popFirst()
        else { throw .tooFewFields }
        guard let blob = Base64.decode(keyField) else { throw .keyIsNotBase64 }
        guard let key = HostKey(blob: blob), key.type.utf8.elementsEqual(typeField) else { throw .keyTypeDiffers }
        self.key = key
        names = try Self.names(nameField)
    }

    private static func names(_ field: ArraySlice<UInt8>) throws(KnownHostsLineError) -> Names {
        guard field.first == UInt8(ascii: "|") else {
            let texts = field.split(separator: UInt8(ascii: ","))
            guard !texts.isEmpty else { throw .tooFewFields }
            return .patterns(texts.map { HostPattern(String(decoding: $0, as: UTF8.self)) })
        }
        let parts = field.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1].elementsEqual("1".utf8), let salt = Base64.decode(parts[2]),
            let hash = Base64.decode(parts[3]), salt.count == 20, hash.count == 20
        else { throw .badHash }
        return .hashed(salt: salt, hash: hash)
    }
}

enum KnownHostsLineError: Error {
    case tooLong, unknownMarker, tooFewFields, keyIsNotBase64, keyTypeDiffers, badHash

    var reason: String {
        switch self {
        case .tooLong: "the line is longer than 64 KiB"
        case .unknownMarker: "the marker is neither @revoked nor @cert-authority"
        case .tooFewFields: "names, key type and key are needed"
        case .keyIsNotBase64: "the key is not base64"
        case .keyTypeDiffers: "the key does not hold the type that the line says"
        case .badHash: "the hashed name is not |1|salt|hash"
        }
    }
}

/// One name of a known_hosts line: `*` and `?` are wildcards, `!` in front excludes. Case does not count.
struct HostPattern: Sendable {
    let text: String
    private let bytes: [UInt8]
    let isNegated: Bool
    /// Neither a wildcard nor an exclusion: the text is the name.
    let isPlain: Bool

    init(_ written: String) {
        isNegated = written.hasPrefix("!")
        text = (isNegated ? String(written.dropFirst()) : written).asciiLowercased
        bytes = Array(text.utf8)
        isPlain = !isNegated && !bytes.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    /// A list matches where one pattern does and no exclusion does (`match_pattern_list` in OpenSSH).
    static func matches(_ patterns: [HostPattern], _ name: [UInt8]) -> Bool {
        var found = false
        for pattern in patterns where pattern.matches(name) {
            if pattern.isNegated { return false }
            found = true
        }
        return found
    }

    /// Backtracks to the last `*` only, so a line of many stars costs pattern × name steps at most.
    private func matches(_ name: [UInt8]) -> Bool {
        let pattern = bytes
        var p = 0
        var n = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                p = last.pattern + 1
                n = last.name + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension String {
    /// Host names compare without regard to ASCII case; other letters stay as they are.
    var asciiLowercased: String {
        String(
            decoding: utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 },
            as: UTF8.self)
    }
}
