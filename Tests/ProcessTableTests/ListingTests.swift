import ProcessTable
import Testing

let header = "UID          PID    PPID  C STIME TTY          TIME CMD"
let initRow = "root           1       0  0 Nov01 ?        00:00:09 /sbin/init splash"
let apiServerRow =
    "root        6096    6079  1 Nov01 ?        12:26:39 kube-apiserver --secure-port=6443 --profiling=false"
let endMarker = "\nkubesweep-end status=0\n"

/// Lines with a newline after each.
func listing(_ lines: String...) -> String { lines.map { $0 + "\n" }.joined() }

func read(_ text: String, _ origin: ListingOrigin = .saved) throws(ListingProblem) -> HostEvidence {
    try HostEvidence.read(Array(text.utf8), origin: origin)
}

let apiServer = ControlPlaneProcess(
    component: .kubeAPIServer, pid: 6096, parent: 6079, user: "root", program: "kube-apiserver",
    arguments: ["--secure-port=6443", "--profiling=false"])

@Test func `reads one listing down to its control-plane process`() throws {
    let evidence = try read(listing(header, initRow, apiServerRow))
    #expect(
        evidence
            == HostEvidence(wholeness: .assumed, isHidden: false, rowCount: 2, processes: [apiServer], lookAlikes: []))
}

@Test(arguments: [
    "root        6096    6079  1 Nov01 ?        12:26:39 ",
    "root 6096 6079 1 10:14 ? 12:26:39 ",
    "root        6096    6079 142  2023 pts/12   1-02:03:04 ",
    "root\t6096\t6079\t1\t10:14\t?\t00:00:00 ",
    "  root  6096 6079  0 Jan17 tty1     00:00:00 ",
])
func `reads rows by field, not by column`(_ prefix: String) throws {
    let evidence = try read(listing(header, initRow, prefix + "kube-apiserver --secure-port=6443 --profiling=false"))
    #expect(evidence.processes == [apiServer])
    #expect(evidence.unreadableRows == 0)
}

@Test func `two adjacent spaces are an empty argument`() throws {
    let row = "root 6096 6079 1 10:14 ? 12:26:39 kube-apiserver --a=  --b "
    let evidence = try read(listing(header, initRow, row))
    #expect(evidence.processes.map(\.arguments) == [["--a=", "", "--b", ""]])
}

@Test func `a second space before the command is the end of an empty argv0`() throws {
    let row = "root 6096 6079 1 10:14 ? 12:26:39  kube-apiserver --secure-port=6443"
    #expect(try read(listing(header, initRow, row)).processes == [])
}

@Test(arguments: [
    ("PID   USER     TIME  COMMAND", "    1 root      0:00 init", " 6096 root      1h30 "),
    ("PID   USER     COMMAND", "    1 root     init", " 6096 root     "),
    ("  PID USER       VSZ STAT COMMAND", "    1 root      1600 S    init", " 6096 root      113m S    "),
    ("  PID USER       VSZ STAT COMMAND", "    1 root      1600 S    init", " 6096 root      113m S <  "),
    (
        "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND",
        "root           1  0.0  0.1 168284 13140 ?        Ss   Nov01   0:09 init",
        "root        6096 12.5  3.1 110424 39140 ?        Ssl  Nov01 746:39 "
    ),
])
func `reads listings without a PPID column`(_ header: String, _ first: String, _ prefix: String) throws {
    let evidence = try read(
        listing(header, first, prefix + "kube-apiserver --secure-port=6443 --profiling=false"))
    var expected = apiServer
    expected.parent = nil
    #expect(evidence.processes == [expected])
    #expect(evidence.rowCount == 2)
    #expect(!evidence.isHidden)
}

@Test func `takes BusyBox's comm off the command`() throws {
    let evidence = try read(
        listing(
            "PID   USER     COMMAND", "    1 root     init",
            "   80 root     {kube-apiserver} /hyperkube apiserver --v=2",
            "   81 root     {a b} c} kube-scheduler", "   82 root     {unclosed kube-scheduler"))
    #expect(evidence.processes.map(\.program) == ["/hyperkube"])
    #expect(evidence.processes.map(\.arguments) == [["--v=2"]])
}

@Test(arguments: ["\n", "\r\n"])
func `talk before the header and blank lines are skipped`(_ end: String) throws {
    let lines = ["Last login: today", "motd: PID of the day", "", header, initRow, "", apiServerRow, ""]
    let evidence = try read(lines.joined(separator: end))
    #expect(evidence.processes == [apiServer])
    #expect(evidence.rowCount == 2)
    #expect(evidence.wholeness == .assumed)
}

@Test func `a byte order mark is skipped`() throws {
    #expect(try read("\u{FEFF}" + listing(header, initRow, apiServerRow)).processes == [apiServer])
}

@Test func `a row that looks like a header is a row`() throws {
    let row = "root 70 1 0 10:14 ? 00:00:00 UID PID PPID CMD"
    let evidence = try read(listing(header, initRow, row, apiServerRow))
    #expect(evidence.rowCount == 3)
    #expect(evidence.unreadableRows == 0)
}

@Test func `strings are repaired, bytes never trusted`() throws {
    let row = Array("röt 6096 6079 1 10:14 ? 12:26:39 kube-apiserver --a=\u{1B}[2J".utf8) + [0xFF, 0x00, 0x0A]
    let evidence = try HostEvidence.read(Array(listing(header, initRow).utf8) + row, origin: .saved)
    #expect(evidence.processes.map(\.arguments) == [["--a=\u{1B}[2J\u{FFFD}\0"]])
    #expect(evidence.processes.map(\.user) == ["röt"])
}

@Test func `a row of a megabyte is read as far as a row can be long`() throws {
    let long = "root 7 1 0 10:14 ? 00:00:00 kube-scheduler " + String(repeating: "--a ", count: 262_144)
    let evidence = try read(listing(header, initRow, long))
    #expect(evidence.processes.map(\.isCut) == [true])
    #expect(evidence.processes.map(\.arguments.count) == [(131_072 - 15) / 4 + 1])
}

@Test(arguments: [
    "root 99999999999999999999999 1 0 10:14 ? 00:00:00 kube-apiserver",
    "root -1 1 0 10:14 ? 00:00:00 kube-apiserver",
    "root 5 x 0 10:14 ? 00:00:00 kube-apiserver",
    "root 5 1 0 10:14 ? when kube-apiserver",
    "root 5 1 0 10:14 ? 00:00:00",
    "root 5 1 0 10:14 ? 00:00:00 ",
    "garbage",
    "UID          PID    PPID  C STIME TTY          TIME CMD",
])
func `a line that is no row is counted and makes the listing a cut one`(_ line: String) throws {
    let evidence = try read(listing(header, initRow, line, "", apiServerRow))
    #expect(evidence.processes == [apiServer])
    #expect(evidence.rowCount == 2)
    #expect(evidence.unreadableRows == 1)
    #expect(evidence.wholeness == .cut(.unreadableRows))
    let proven = try read(listing(header, initRow, line, apiServerRow) + endMarker, .remoteCommand)
    #expect(proven.wholeness == .cut(.unreadableRows))
}

@Test func `a line that is no row may be the rest of the row before`() throws {
    let evidence = try read(listing(header, initRow, apiServerRow, "--anonymous-auth=false"))
    #expect(evidence.processes.map(\.isCut) == [true])
}

@Test func `rows before a header are not lost silently`() throws {
    let evidence = try read(listing(apiServerRow, header, initRow))
    #expect(evidence.processes == [])
    #expect(evidence.wholeness == .cut(.unreadableRows))
}

@Test func `lines without a header are an excerpt`() throws {
    let grep = "admin       1964    1944  0 10:41 pts/0    00:00:00 grep --color=auto kube-apiserver"
    let evidence = try read(listing("$ ps -ef | grep kube-apiserver", apiServerRow, grep))
    #expect(evidence == HostEvidence(wholeness: .excerpt, isHidden: false, rowCount: 2, processes: [apiServer]))
}

@Test func `an excerpt with a broken line is cut`() throws {
    let evidence = try read(listing(apiServerRow, "--wrapped"))
    #expect(evidence.wholeness == .cut(.unreadableRows))
    #expect(evidence.processes.map(\.isCut) == [true])
}

@Test(arguments: [
    ([initRow], false),
    (["root           2       0  0 Nov01 ?        00:00:00 [kthreadd]"], false),
    (["admin       4711    4710  0 Nov01 pts/0    00:00:00 ps -efww"], true),
    ([], true),
])
func `a listing without PID 1 and 2 is hidden`(_ rows: [String], _ isHidden: Bool) throws {
    let text = ([header] + rows).joined(separator: "\n") + "\n"
    #expect(try read(text).isHidden == isHidden)
}

@Test(arguments: [
    ("", ListingProblem.empty),
    (" \n\t\r\n\n", .empty),
    ("\nkubesweep-end status=0\n", .empty),
    ("\nkubesweep-end status=127\n", .commandFailed(status: 127)),
    ("motd\n\nkubesweep-end status=1\n", .commandFailed(status: 1)),
    ("\nThis account is not available.\n", .notAListing(line: 2, excerpt: "This account is not available.")),
    ("a\u{1B}[2Jb\n", .notAListing(line: 1, excerpt: "a\u{FFFD}[2Jb")),
    (String(repeating: "é", count: 99), .notAListing(line: 1, excerpt: String(repeating: "é", count: 80))),
    ("see https://me:pass@host/\n", .notAListing(line: 1, excerpt: "see https://REDACTED@host/")),
])
func `what is no listing is an error`(_ text: String, _ problem: ListingProblem) {
    #expect(throws: problem) { try read(text, .remoteCommand) }
}

@Test func `components beyond a thousand are counted, not judged`() throws {
    let rows = (3..<1103).map { "root \($0) 1 0 10:14 ? 00:00:00 etcd\n" }
    let evidence = try read(listing(header, initRow) + rows.joined())
    #expect(evidence.processes.count == 1000)
    #expect(evidence.unreadableRows == 100)
    #expect(evidence.wholeness == .cut(.unreadableRows))
}
