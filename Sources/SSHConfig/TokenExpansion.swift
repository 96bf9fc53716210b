import Glibc

/// Who runs this program, as ssh sees it: by the user database, not by the environment.
package struct Person: Sendable, Equatable {
    package var name: String
    package var home: String
    package var uid: UInt32

    package init(name: String, home: String, uid: UInt32) {
        self.name = name
        self.home = home
        self.uid = uid
    }

    package static var current: Person {
        let uid = getuid()
        guard let entry = getpwuid(uid) else { return Person(name: "\(uid)", home: "/", uid: uid) }
        return Person(
            name: String(cString: entry.pointee.pw_name), home: String(cString: entry.pointee.pw_dir), uid: uid)
    }
}

/// ssh_config's tokens (`%h` and so on) for one host.
struct TokenExpansion {
    let settings: SSHSettings
    /// ProxyJump as it is configured; empty without.
    let jump: String
    let person: Person

    /// IdentityFile and CertificateFile: `~`, tokens and `${VARIABLE}`. Nil where one is not known here.
    func path(_ text: String) -> String? {
        var path = text
        if path.hasPrefix("~/") || path == "~" {
            path = person.home + path.dropFirst()
        } else if path.hasPrefix("~") {
            return nil
        }
        return expand(path, isCommand: false) { token in
            switch token {
            case "u": person.name
            case "d": person.home
            case "i": "\(person.uid)"
            case "l": Self.machine
            case "L": Self.machine.prefix { $0 != "." }.description
            case "k": settings.hostKeyAlias ?? settings.host
            case "j": jump
            default: nil
            }
        }
    }

    /// ProxyCommand and ProxyJump. As in ssh nothing is quoted, so names that a shell would read are not put in.
    func command(_ text: String) -> String? { expand(text, isCommand: true) { _ in nil } }

    private func expand(
        _ text: String, isCommand: Bool, _ more: (Character) -> String?
    ) -> String? {
        var output = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if !isCommand, character == "$", rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else { return nil }
                guard let value = getenv(String(rest[..<end].dropFirst())) else { return nil }
                output += String(cString: value)
                rest = rest[rest.index(after: end)...]
                continue
            }
            guard character == "%" else {
                output.append(character)
                continue
            }
            guard let token = rest.popFirst() else { return nil }
            let name: String
            switch token {
            case "%": name = "%"
            case "h": name = settings.hostName
            case "n": name = settings.host
            case "p": name = "\(settings.port)"
            case "r": name = settings.user
            default:
                guard let value = more(token) else { return nil }
                name = value
            }
            if isCommand, !Self.isHarmless(name) { return nil }
            output += name
        }
        return output
    }

    /// Nothing that a shell would read as anything but a word. ssh itself refuses such names since 9.6.
    private static func isHarmless(_ name: String) -> Bool {
        !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7f && !"'`\"$\\;&<>|(){}*?[]!#~".utf8.contains(byte)
            }
    }

    private static let machine: String = {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
