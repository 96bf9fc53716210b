import ProcessTable
import SeededRandom
import Testing

private let vocabulary = [
    "--profiling", "--profiling=false", "--anonymous_auth=0", "--secure-port", "--secure-port=443", "--audit-log-path",
    "--audit-log-path=/x", "--enable-admission-plugins=A,", "--new", "--new=1", "-v", "-v2", "-v=2", "-x", "-", "\\",
    "",
    "--", "---", "--=", "false", "word", "A,B", "é", "--token-auth-file=",
]

private func randomWords(_ generator: inout SeededGenerator) -> [String] {
    (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        vocabulary[Int.random(in: 0..<vocabulary.count, using: &generator)]
    }
}

@Test(arguments: [FlagSyntax.Style.pflag, .goFlag])
func `parsing neither loses nor invents a word`(_ style: FlagSyntax.Style) {
    var generator = SeededGenerator(seed: 1)
    var syntax = apiServerSyntax
    syntax.style = style
    for _ in 0..<10_000 {
        let words = randomWords(&generator)
        for (parsed, count) in [
            (syntax.parse(argv: words), words.count), (syntax.parse(words), words.count),
            (syntax.parse(words, isCut: true), words.count - 1),
        ] {
            let taken = parsed.occurrences.flatMap { Array($0.arguments) } + parsed.positionals
            #expect(Set(taken).count == taken.count, "twice: \(words)")
            #expect(taken.allSatisfy(words.indices.contains), "beyond: \(words)")
            // A cut drops the words of one flag at most, and always the last.
            if count == words.count {
                #expect(taken.count == words.count, "lost: \(words)")
            } else {
                #expect(!taken.contains(words.count - 1), "kept: \(words)")
            }
        }
    }
}

@Test func `what a cut leaves was there before the cut`() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<10_000 {
        let words = randomWords(&generator)
        let cut = Int.random(in: 0...words.count, using: &generator)
        let whole = apiServerSyntax.parse(words)
        let part = apiServerSyntax.parse(Array(words[..<cut]), isCut: true)
        for occurrence in part.occurrences where occurrence.arguments.upperBound < cut {
            #expect(whole.occurrences.contains(occurrence), "\(words) cut at \(cut)")
        }
    }
}

private let wholeListing =
    listing(
        header, initRow, "root 9 1 0 10:14 ? 00:00:00 sh -c kubesweep-end status=0", apiServerRow,
        "root 70 1 0 10:14 ? 00:00:00 kube-scheduler --profiling=false") + endMarker

@Test func `no cut of a listing is proven whole`() throws {
    let bytes = Array(wholeListing.utf8)
    #expect(try HostEvidence.read(bytes, origin: .remoteCommand).wholeness == .proven)
    for length in 0..<bytes.count {
        let evidence = try? HostEvidence.read(Array(bytes[..<length]), origin: .remoteCommand)
        #expect(evidence?.wholeness != .proven, "\(length)")
        #expect(evidence?.wholeness != .assumed, "\(length)")
    }
}

@Test func `a cut never shows a flag that was not there`() throws {
    let bytes = Array(wholeListing.utf8)
    let whole = try HostEvidence.read(bytes, origin: .remoteCommand).processes
    for length in 0..<bytes.count {
        guard let evidence = try? HostEvidence.read(Array(bytes[..<length]), origin: .remoteCommand) else { continue }
        for process in evidence.processes {
            let flags = apiServerSyntax.parse(process.arguments, isCut: process.isCut).occurrences
            let original = try #require(whole.first { $0.pid == process.pid }, "\(length)")
            #expect(
                Set(flags.map(\.name)).isSubset(of: apiServerSyntax.parse(original.arguments).occurrences.map(\.name)))
            for flag in flags {
                #expect(apiServerSyntax.parse(original.arguments).occurrences.contains(flag), "\(length)")
            }
        }
    }
}

@Test func `the order of rows does not change the processes`() throws {
    var generator = SeededGenerator(seed: 3)
    let rows = [
        initRow, apiServerRow, "root 10 1 0 10:14 ? 00:00:00 /go-runner kube-scheduler --a",
        "root 11 10 0 10:14 ? 00:00:00 kube-scheduler --a", "nobody 12 1 0 10:14 ? 00:00:00 kube-apiserver --b",
        "root 13 1 0 10:14 ? 00:00:00 rke2 server", "etcd 14 1 0 10:14 ? 00:00:00 etcd --c",
        "root 2 0 0 10:14 ? 00:00:00 [kthreadd]", "admin 15 1 0 10:14 ? 00:00:00 grep kube-apiserver",
    ]
    for _ in 0..<200 {
        let text = ([header] + rows.shuffled(using: &generator)).joined(separator: "\n") + "\n"
        let evidence = try read(text)
        #expect(evidence.processes.map(\.pid).sorted() == [11, 14, 6096])
        #expect(evidence.lookAlikes.map(\.pid) == [12])
    }
}

@Test func `random bytes never crash`() {
    var generator = SeededGenerator(seed: 4)
    let origins: [ListingOrigin] = [.remoteCommand, .saved, .forcedCommand(orderlyClose: true)]
    let seedBytes = Array((wholeListing + "PID USER TIME COMMAND\n{x} \u{FEFF}\r\n--token=a://b@c").utf8)
    for round in 0..<8000 {
        var bytes: [UInt8] = []
        if round % 2 == 0 {
            bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
        } else {
            bytes = seedBytes
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] =
                    Bool.random(using: &generator)
                    ? UInt8.random(in: 0...255, using: &generator) : seedBytes[(index * 7) % seedBytes.count]
            }
        }
        let evidence = try? HostEvidence.read(bytes, origin: origins[round % 3])
        for process in evidence?.processes ?? [] {
            _ = apiServerSyntax.parse(process.arguments, isCut: process.isCut)
        }
    }
}

@Test func `random text never crashes a value`() {
    var generator = SeededGenerator(seed: 5)
    let alphabet = Array("0123456789abcxopnmuhseEfi_+-.:,\"= \r\nµ")
    for _ in 0..<10_000 {
        let text = String(
            (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            })
        for kind in FlagKind.allCases { _ = FlagValue.isValid(text, for: kind) }
    }
}
