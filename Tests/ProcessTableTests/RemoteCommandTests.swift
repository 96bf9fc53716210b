import Glibc
import ProcessTable
import Testing

/// What a command prints on standard output, run by `/bin/sh -c`.
private func output(of command: String) throws -> [UInt8] {
    let stream = try #require(popen(command, "r"))
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&chunk, 1, chunk.count, stream)
        if count == 0 { break }
        bytes += chunk[..<count]
    }
    pclose(stream)
    return bytes
}

private func hasProgram(_ name: String) -> Bool {
    ["/bin/", "/usr/bin/"].contains { access($0 + name, X_OK) == 0 }
}

@Test func `the command is one line of printable ASCII in one pair of single quotes`() {
    let text = RemoteCommand.listing
    #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "!") })
    #expect(text.utf8.filter { $0 == UInt8(ascii: "'") }.count == 2)
    #expect(text.hasPrefix("exec /bin/sh -c '"))
    #expect(text.hasSuffix("'"))
}

@Test(.enabled(if: hasProgram("ps")), arguments: ["sh", "dash", "bash"].filter(hasProgram))
func `lists this machine whole, whatever the width`(_ shell: String) throws {
    let command = RemoteCommand.listing.replacing("exec /bin/sh", with: "exec \(shell)")
    let evidence = try HostEvidence.read(
        output(of: "COLUMNS=40; PS_FORMAT=pid; export COLUMNS PS_FORMAT; \(command)"),
        origin: .remoteCommand)
    #expect(evidence.wholeness == .proven)
    #expect(evidence.unreadableRows == 0)
    #expect(evidence.rowCount > 1)
}

/// A `ps` of its own in front of PATH; the command is run by `shell`.
private func listing(withPS script: String, shell: String = "/bin/sh") throws -> [UInt8] {
    var template = Array("/tmp/kubesweep-ps-XXXXXX".utf8CString)
    let directory = String(cString: try #require(mkdtemp(&template)))
    defer {
        unlink(directory + "/ps")
        rmdir(directory)
    }
    let stream = try #require(fopen(directory + "/ps", "w"))
    fputs("#!/bin/sh\n" + script, stream)
    fclose(stream)
    chmod(directory + "/ps", 0o700)
    let command = RemoteCommand.listing.replacing("exec /bin/sh", with: "exec " + shell)
    return try output(of: "PATH=\(directory):$PATH COLUMNS=40; export PATH COLUMNS; { \(command); } 2>/dev/null")
}

@Test func `asks for wide rows first`() throws {
    let bytes = try listing(withPS: #"echo "$@" "$LC_ALL" "[$COLUMNS]""#)
    #expect(String(decoding: bytes, as: UTF8.self) == "-efww C []\n\nkubesweep-end status=0\n")
}

@Test func `falls back where -w is refused`() throws {
    let bytes = try listing(withPS: #"test "$1" = -ef || { echo "invalid option" >&2; exit 1; }; echo "$@""#)
    #expect(String(decoding: bytes, as: UTF8.self) == "\n-ef\n\nkubesweep-end status=0\n")
}

@Test func `carries the status of a failing ps`() throws {
    let bytes = try listing(withPS: "exit 3")
    #expect(String(decoding: bytes, as: UTF8.self) == "\n\nkubesweep-end status=3\n")
    #expect(throws: ListingProblem.commandFailed(status: 3)) {
        try HostEvidence.read(bytes, origin: .remoteCommand)
    }
}

@Test func `a ps that fails half-way leaves a cut listing`() throws {
    let script = """
        echo '\(header)'; echo '\(initRow)'
        test "$1" = -ef && exit 0
        printf 'root 9 1 0 10:14 ? 00:00:00 kube-api'; exit 1
        """
    let evidence = try HostEvidence.read(listing(withPS: script), origin: .remoteCommand)
    #expect(evidence.wholeness == .cut(.unreadableRows))
}

@Test(.enabled(if: hasProgram("busybox")))
func `reads BusyBox's ps under BusyBox's shell`() throws {
    let bytes = try listing(withPS: #"exec busybox ps "$@""#, shell: "busybox sh")
    let evidence = try HostEvidence.read(bytes, origin: .remoteCommand)
    #expect(evidence.wholeness == .proven)
    #expect(evidence.rowCount > 1)
}
