import Hardening
import ProcessTable

private let header = "UID PID PPID C STIME TTY TIME CMD\nroot 1 0 0 10:14 ? 00:00:01 /sbin/init\n"
private let rowStart = Array("root 7 1 0 10:14 ? 00:00:00 ".utf8)

/// A secret, in each of the places where a component's line can have one.
private let canary = "Xb7PqZ"
private let canaryWords = [
    "--etcd-servers=https://u:\(canary)@h", "--x-token=\(canary)", "--x-token \(canary)", "--api-key=\(canary)",
    "--dbpassword \(canary)", "--a=https://h/?b=c&access_token=\(canary)", "--a=b,secret-key=\(canary)",
    "--header=Authorization: Bearer \(canary)", "--header Basic \(canary)", "--a=eyJhbGciOi.\(canary).c2ln",
    "--a=ghp_\(canary)0123456789abcdef", "--a=-----BEGIN PRIVATE KEY-----\(canary) \(canary) -----END PRIVATE KEY-----",
]

func checkCommand(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenInvariant) {
    let command = bytes.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
    let processes = try read(command)
    let words = String(decoding: command, as: UTF8.self).split(separator: UInt8(ascii: " "))
    try hold(Set(processes.map(\.component)).count == processes.count, "two processes of one component on a row")
    for process in processes {
        try hold(process.pid == 7 && process.parent == 1 && process.user == "root", "another row's fields")
        try hold(words.contains { $0.utf8.elementsEqual(process.program.utf8) }, "no word is \(process.program)")
        try hold(process.arguments.count < words.count, "more arguments than words behind the program")
        try hold(areLast(process.arguments, of: words), "words lost or invented: \(process.arguments)")
        if let leak = secret(in: process.arguments) { throw BrokenInvariant(description: "not redacted: \(leak)") }
        guard let syntax = builtInFacts[process.component]?.syntax else { continue }
        let parsed = syntax.parse(process.arguments, isCut: process.isCut)
        try checkPartition(parsed, of: process.arguments, isCut: process.isCut)
        for occurrence in parsed.occurrences { try checkSpelling(occurrence, in: process.arguments, syntax) }
    }
    try checkCut(command, whole: processes)
    try checkCanary(command, words)
}

private func read(_ command: [UInt8], end: String = "\n") throws(BrokenInvariant) -> [ControlPlaneProcess] {
    var listing = Array(header.utf8)
    listing += rowStart
    listing += command
    listing += end.utf8
    do throws(ListingProblem) {
        return try HostEvidence.read(listing, origin: .saved).processes
    } catch {
        throw BrokenInvariant(description: "a listing with a header and a row is \(error)")
    }
}

/// A row without its end shows no flag that the whole row does not show.
private func checkCut(_ command: [UInt8], whole: [ControlPlaneProcess]) throws(BrokenInvariant) {
    let cut = Array(command.prefix(command.choice(of: command.count + 1)))
    for process in try read(cut, end: "") where process.settings == .commandLine {
        try hold(process.isCut, "a row without its end passes for whole")
        guard let syntax = builtInFacts[process.component]?.syntax,
            let original = whole.first(where: { $0.component == process.component && $0.program == process.program }),
            original.settings == .commandLine
        else { continue }
        let flags = syntax.parse(original.arguments, isCut: original.isCut).occurrences
        guard !original.isCut else { continue }
        for flag in syntax.parse(process.arguments, isCut: true).occurrences {
            try hold(flags.contains(flag), "the cut shows --\(flag.name)=\(flag.value)")
        }
    }
}

private func checkCanary(_ command: [UInt8], _ words: [Substring]) throws(BrokenInvariant) {
    // libFuzzer learns what its inputs are compared with.
    guard !words.contains(where: { $0.contains(canary) }) else { return }
    let choice = command.choice(of: words.count * canaryWords.count)
    let place = choice / canaryWords.count
    var words = words.map(String.init)
    words.insert(canaryWords[choice % canaryWords.count], at: place + 1)
    let text = words.joined(separator: " ")
    for process in try read(Array(text.utf8)) {
        try hold(!"\(process)".contains(canary), "a secret is shown: \(process)")
    }
}
