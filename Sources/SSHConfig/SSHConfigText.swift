import Glibc

/// What the files of one ssh_config say, as far as it is needed to tell which hosts they treat alike. What they mean
/// is for ssh to say.
struct SSHConfigText {
    /// Directives under one condition; it counts only where the conditions of the `Include` lines above it hold too.
    struct Section {
        var condition: SSHConfigCondition
        /// Sections that this one's file was included in.
        var parents: [Int]
        /// In their order; of interest only.
        var directives: [Directive] = []
    }

    struct Directive: Hashable {
        var keyword: String
        var words: [String]
    }

    private(set) var sections: [Section] = []
    /// The files that hold anything of interest, and which keywords.
    private(set) var keywords: [(file: String, names: Set<String>)] = []
    /// Something was met that cannot be read here, so nothing can be said about which hosts are alike.
    private(set) var isOpaque = false

    /// Those whose values are used, in lower case.
    static let used: Set<String> = [
        "hostname", "user", "port", "identityfile", "identitiesonly", "identityagent", "certificatefile", "proxyjump",
        "proxycommand", "userknownhostsfile", "globalknownhostsfile", "hostkeyalias", "connecttimeout",
        "addressfamily",
    ]

    private static let depthLimit = 16
    private static let byteLimit = 16 << 20
    private var bytesLeft = byteLimit

    /// - `home`: where `~` and the relative names of the user's includes begin.
    mutating func add(file: String, isUsers: Bool, home: String) {
        read(file, isUsers: isUsers, home: home, parents: [], depth: 0)
    }

    private mutating func read(_ path: String, isUsers: Bool, home: String, parents: [Int], depth: Int) {
        guard let bytes = bytes(of: path) else { return }
        var current = open(.always, parents)
        var names: Set<String> = []
        for line in bytes.split(separator: 0x0a) {
            let parsed: SSHConfigLine?
            do throws(SSHConfigLine.NotUnderstood) {
                parsed = try SSHConfigLine(line)
            } catch {
                isOpaque = true
                continue
            }
            guard let parsed else { continue }
            switch parsed.keyword {
            case "host": current = open(.host(WildcardList(parsed.words)), parents)
            case "match":
                // Both make ssh read everything a second time, under another name.
                let words = parsed.rest.lowercased()
                if words.contains("final") || words.contains("canonical") { isOpaque = true }
                current = open(SSHConfigCondition(match: parsed.rest), parents)
            case "include":
                for word in parsed.words {
                    guard let files = Self.included(word, isUsers: isUsers, home: home), depth < Self.depthLimit else {
                        isOpaque = true
                        continue
                    }
                    for file in files {
                        read(file, isUsers: isUsers, home: home, parents: parents + [current], depth: depth + 1)
                    }
                    // What follows belongs to the line above the include again, as it was decided there.
                    current = open(.always, parents + [current])
                }
            case let keyword where keyword.hasPrefix("canonical"): isOpaque = true
            case let keyword where Self.used.contains(keyword):
                names.insert(keyword)
                sections[current].directives.append(Directive(keyword: keyword, words: parsed.words))
            default: break
            }
        }
        if !names.isEmpty { keywords.append((path, names)) }
    }

    private mutating func open(_ condition: SSHConfigCondition, _ parents: [Int]) -> Int {
        sections.append(Section(condition: condition, parents: parents))
        return sections.count - 1
    }

    /// Nil where there is no such file; ssh then goes on as well, or says why not.
    private mutating func bytes(of path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytesLeft -= count
            guard bytesLeft > 0 else {
                isOpaque = true
                return nil
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// The files that an `Include` names; nil for what only ssh can expand.
    private static func included(_ word: String, isUsers: Bool, home: String) -> [String]? {
        guard !word.contains("%"), !word.contains("$") else { return nil }
        var pattern = word
        if word.hasPrefix("~/") {
            pattern = home + word.dropFirst()
        } else if word.hasPrefix("~") {
            return nil
        } else if !word.hasPrefix("/") {
            pattern = isUsers ? "\(home)/.ssh/\(word)" : "/etc/ssh/\(word)"
        }
        var matches = glob_t()
        defer { globfree(&matches) }
        let code = glob(pattern, 0, nil, &matches)
        guard code == 0 else { return code == GLOB_NOMATCH ? [] : nil }
        return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { String(cString: $0) } }
    }
}
