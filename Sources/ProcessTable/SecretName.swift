/// Tells from the name of a flag, a parameter or a header whether its value is a secret.
///
/// The last word of a name says what it is, as in English: a token-auth-file is a file, and an api-token is a token. Words
/// are parted by dashes, underscores and dots.
enum SecretName {
    /// Whether the value behind such a name is a secret; a dash or the like at its end does not count.
    static func isSecret<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        guard let end = name.lastIndex(where: { !isSeparator($0) }) else { return false }
        return isSecretWord(name[...end])
    }

    /// Quick where the name does not end in a letter that such names end in.
    private static func isSecretWord<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        guard let last = name.last.map({ $0 | 0x20 }) else { return false }
        return switch last {
        case UInt8(ascii: "d"):
            ends(name, in: "password") || ends(name, in: "passwd") || isLast("pwd", of: name)
                || isLast("cred", of: name)
        case UInt8(ascii: "e"): ends(name, in: "passphrase") || ends(name, in: "passcode")
        // etcd's name for a cluster, which keeps members of two apart.
        case UInt8(ascii: "n"): ends(name, in: "token") && !ends(name, in: "initial-cluster-token")
        case UInt8(ascii: "t"): ends(name, in: "secret")
        case UInt8(ascii: "l"): isLast("credential", of: name)
        case UInt8(ascii: "r"): isLast("bearer", of: name)
        case UInt8(ascii: "h"): isAuth(name)
        case UInt8(ascii: "y"): isKey(name)
        case UInt8(ascii: "s"): isLast("pass", of: name) || isPlural(name.dropLast())
        default: false
        }
    }

    /// Behind `?` or `&` in a URL, where a key is no file.
    static func isOfQuery<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        isSecret(name) || ["key", "sig", "signature"].contains { isLast($0, of: name) }
    }

    /// Before a colon, as in a request's headers.
    static func isOfHeader<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        isSecret(name) || ["authorization", "cookie"].contains { isLast($0, of: name) }
    }

    /// "Passes" and "auths" are nobody's secrets.
    private static func isPlural<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        name.last.map { $0 | 0x20 } != UInt8(ascii: "s") && !isLast("auth", of: name) && isSecretWord(name)
    }

    /// A key is a file in most flags; these are the keys themselves.
    private static func isKey<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        guard ends(name, in: "key") else { return false }
        return [
            "api", "access", "account", "encryption", "hmac", "license", "master", "private", "secret", "shared",
            "signing",
        ]
        .contains { word in
            let before = name.dropLast(3)
            return ends(before, in: word) || before.last.map(isSeparator) == true && ends(before.dropLast(), in: word)
        }
    }

    /// An account with its password; most flags so named say whether or how somebody proves who they are.
    private static func isAuth<Name: BidirectionalCollection<UInt8>>(_ name: Name) -> Bool {
        guard isLast("auth", of: name) else { return false }
        let before = name.dropLast(5)
        return !before.contains { !isSeparator($0) }
            || ["basic", "docker", "http", "proxy", "registry", "user"].contains { isLast($0, of: before) }
    }

    private static func ends<Name: BidirectionalCollection<UInt8>>(_ name: Name, in word: String) -> Bool {
        name.suffix(word.utf8.count).elementsEqual(word.utf8) { $0 | 0x20 == $1 }
    }

    private static func isLast<Name: BidirectionalCollection<UInt8>>(_ word: String, of name: Name) -> Bool {
        let end = name.suffix(word.utf8.count)
        return end.elementsEqual(word.utf8) { $0 | 0x20 == $1 }
            && name[..<end.startIndex].last.map(isSeparator) ?? true
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
}
