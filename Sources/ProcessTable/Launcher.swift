/// A program that starts another one and leaves its own words in front of that program's command line.
struct Launcher {
    /// Options that take the next word as their value when they stand without `=`.
    var valueOptions: Set<String> = []
    /// Words that are no option and still come before the program (`timeout 5 …`, `taskset 0x3 …`).
    var operands = 0
    var takesAssignments = false
    /// The program stands after `--`, whatever comes before.
    var needsDashes = false

    /// By the base name of argv[0]. Shells are not among them: a shell's words are a script, not an argv.
    static let known: [String: Launcher] = {
        let logRunner = Launcher(valueOptions: [
            "--log-file", "-log-file", "--log-file-size", "-log-file-size", "--flush-interval", "-flush-interval",
        ])
        let tini = Launcher(valueOptions: ["-p", "-e"])
        return [
            "go-runner": logRunner, "kube-log-runner": logRunner,
            "tini": tini, "tini-static": tini, "docker-init": tini,
            "dumb-init": Launcher(valueOptions: ["-r", "--rewrite"]),
            "catatonit": Launcher(),
            "nice": Launcher(valueOptions: ["-n", "--adjustment"]),
            "ionice": Launcher(valueOptions: ["-c", "-n", "--class", "--classdata"]),
            "taskset": Launcher(operands: 1),
            "nohup": Launcher(), "setsid": Launcher(),
            "stdbuf": Launcher(valueOptions: ["-i", "-o", "-e"]),
            "env": Launcher(valueOptions: ["-u", "--unset", "-C", "--chdir"], takesAssignments: true),
            "sudo": Launcher(
                valueOptions: [
                    "-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R", "--user", "--group", "--host",
                    "--prompt", "--chdir", "--chroot",
                ], takesAssignments: true),
            "timeout": Launcher(valueOptions: ["-k", "-s", "--kill-after", "--signal"], operands: 1),
            "watch-termination": Launcher(needsDashes: true),
        ]
    }()

    /// The index of the launched program's own argv[0], or nil if the words end before it.
    func program(in words: [String], after launcher: Int) -> Int? {
        if needsDashes {
            guard let dashes = words[(launcher + 1)...].firstIndex(of: "--") else { return nil }
            return dashes + 1 < words.count ? dashes + 1 : nil
        }
        var operands = operands
        var optionsEnded = false
        var index = launcher + 1
        while index < words.count {
            let word = words[index]
            if !optionsEnded, word.utf8.first == UInt8(ascii: "-") {
                optionsEnded = word == "--"
                index += valueOptions.contains(word) ? 2 : 1
            } else if takesAssignments, isAssignment(word) {
                index += 1
            } else if operands > 0 {
                operands -= 1
                index += 1
            } else {
                return index
            }
        }
        return nil
    }

    private func isAssignment(_ word: String) -> Bool {
        guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
        return !word.utf8[..<equals].contains(UInt8(ascii: "/"))
    }
}

/// The part of a path after its last slash.
func baseName(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
}
