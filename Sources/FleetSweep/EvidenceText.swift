import CLibCrypto
package import Hardening
package import ProcessTable

extension HostEvidence {
    /// `sha256:` over the control-plane processes' components, users and arguments, in their order: the same on another
    /// host or night that shows the same. Process ids are left out, since every restart changes them.
    package var digest: String {
        var text: [UInt8] = []
        func add(_ part: String) {
            // Lengths keep ("a", "b") and ("ab", "") apart.
            text += String(part.utf8.count).utf8
            text.append(UInt8(ascii: ":"))
            text += part.utf8
        }
        func add(_ process: ControlPlaneProcess) {
            add(process.component.rawValue)
            add(process.user)
            add(process.program)
            if case .file(let distribution, let path) = process.settings {
                add(distribution)
                add(path)
            }
            add(process.isCut ? "cut" : "whole")
            add("\(process.arguments.count)")
            for argument in process.arguments { add(argument) }
            switch process.starter {
            case .session(let program), .other(let program): add(program)
            case .notListed, .service, .container: break
            }
        }
        for process in processes { add(process) }
        if !lookAlikes.isEmpty { add("look-alikes") }
        for process in lookAlikes { add(process) }
        return sha256(text)
    }

    /// What a reader should know of the host beyond its findings.
    package var notes: [String] {
        var notes: [String] = []
        if case .excerpt = wholeness {
            notes.append("an excerpt without header: whether there are other processes is not known")
        }
        if case .cut(let sign) = wholeness { notes.append("the listing is not whole: \(sign.words)") }
        if isHidden { notes.append("only the account's own processes are listed (hidepid)") }
        return notes
    }
}

extension Presence {
    /// Which components of the policy a host does not run or did not show. Nothing is said where none was judged: the
    /// host's state says that.
    package func notes(_ policy: Policy) -> [String] {
        var notes: [String] = []
        if absent.isEmpty && unseen.isEmpty || unseen == policy.components { return notes }
        if !absent.isEmpty {
            notes.append("not running here: \(words(absent)); \(policy.checkCount(of: absent)) checks do not apply")
        }
        if !unseen.isEmpty {
            notes.append("not seen here: \(words(unseen)); \(policy.checkCount(of: unseen)) checks unseen")
        }
        return notes
    }

    private func words(_ components: Set<Component>) -> String {
        Component.allCases.filter(components.contains).map(\.rawValue).joined(separator: ", ")
    }
}

extension CutSign {
    fileprivate var words: String {
        switch self {
        case .noEndMarker: "its end marker is missing"
        case .noFinalNewline: "it does not end with a line end"
        case .outputLimit: "it is longer than the output limit"
        case .commandFailed: "ps ended with an error"
        case .unreadableRows: "some of its lines are not process rows"
        case .hiddenRows: "other users' processes are hidden"
        }
    }
}

/// `sha256:` and 64 hexadecimal digits.
package func sha256(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("sha256:".utf8)
    for byte in digest {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
