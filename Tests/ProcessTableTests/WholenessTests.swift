import ProcessTable
import Testing

private let body = listing(header, initRow, apiServerRow)

@Test(arguments: [
    (body + endMarker, Wholeness.proven),
    (body + "\r\nkubesweep-end status=0\r\n", .proven),
    (body, .cut(.noEndMarker)),
    (body + "\nkubesweep-end status=0", .cut(.noEndMarker)),
    (body + "\nkubesweep-end status=1\n", .cut(.commandFailed)),
    (body + "\nkubesweep-end status=137\n", .cut(.commandFailed)),
    (body + endMarker + apiServerRow + "\n", .cut(.noEndMarker)),
    (body + endMarker + "\n", .cut(.noEndMarker)),
    (body + endMarker + endMarker, .cut(.noEndMarker)),
    (body + "\nkubesweep-end status=\n", .cut(.noEndMarker)),
    (body + "\nkubesweep-end status=0000\n", .cut(.noEndMarker)),
    (body + "\nkubesweep-end status=0 \n", .cut(.noEndMarker)),
    (body + "\n kubesweep-end status=0\n", .cut(.noEndMarker)),
    (body + "root 9 1 0 10:14 ? 00:00:00 sh -c x kubesweep-end status=0\n", .cut(.noEndMarker)),
    (apiServerRow + "\n" + endMarker, .excerpt),
])
func `the end marker proves a remote listing whole`(_ text: String, _ wholeness: Wholeness) throws {
    #expect(try read(text, .remoteCommand).wholeness == wholeness)
}

@Test(arguments: [
    (body, true, Wholeness.proven),
    (body, false, .cut(.noEndMarker)),
    (String(body.dropLast()), true, .cut(.noFinalNewline)),
    (body + endMarker, false, .proven),
    (body + "\nkubesweep-end status=1\n", true, .cut(.commandFailed)),
])
func `an orderly close proves a forced command's listing whole`(
    _ text: String, _ orderlyClose: Bool, _ wholeness: Wholeness
) throws {
    #expect(try read(text, .forcedCommand(orderlyClose: orderlyClose)).wholeness == wholeness)
}

@Test(arguments: [
    (body, Wholeness.assumed),
    (String(body.dropLast()), .cut(.noFinalNewline)),
    (body + endMarker, .proven),
    (body + "\nkubesweep-end status=2\n", .cut(.commandFailed)),
    (body + endMarker + "more\n", .cut(.noEndMarker)),
])
func `a saved listing is taken as whole unless it shows a cut`(_ text: String, _ wholeness: Wholeness) throws {
    #expect(try read(text).wholeness == wholeness)
}

@Test func `a row without its newline may be cut`() throws {
    #expect(try read(String(body.dropLast())).processes.map(\.isCut) == [true])
    #expect(try read(body).processes.map(\.isCut) == [false])
}

/// A row of exactly this many bytes.
private func row(_ command: String, pid: Int, length: Int) -> String {
    let start = "root \(pid) 1 0 10:14 ? 00:00:00 \(command) --a="
    return start + String(repeating: "x", count: length - start.utf8.count)
}

private func cutRows(_ rows: [String], header: String = header) throws -> [Bool] {
    try read(([header, initRow] + rows).joined(separator: "\n") + "\n").processes.map(\.isCut)
}

@Test(arguments: [80, 132, 173, 200])
func `rows that end together at the greatest length are cut`(_ width: Int) throws {
    let rows = [
        row("kube-apiserver", pid: 5, length: width), row("kube-scheduler", pid: 6, length: width),
        row("etcd", pid: 7, length: width - 1),
    ]
    #expect(try cutRows(rows) == [true, true, false])
}

@Test func `rows of one length are not cut when a longer one is there`() throws {
    let rows = [
        row("kube-apiserver", pid: 5, length: 132), row("kube-scheduler", pid: 6, length: 132),
        row("etcd", pid: 7, length: 137),
    ]
    #expect(try cutRows(rows) == [false, false, false])
}

@Test func `rows that grew beyond the width are cut too`() throws {
    let rows = [
        row("kube-apiserver", pid: 5, length: 136), row("kube-scheduler", pid: 6, length: 132),
        row("etcd", pid: 7, length: 132), row("kubelet", pid: 8, length: 131),
    ]
    #expect(try cutRows(rows) == [true, true, true, false])
}

@Test func `a width is counted in characters`() throws {
    let rows = [
        row("kube-apiserver", pid: 5, length: 160) + String(repeating: "é", count: 13),
        row("kube-scheduler", pid: 6, length: 173),
    ]
    #expect(try cutRows(rows) == [true, true])
}

@Test func `twins are cut only at a width that people use`() throws {
    func twins(_ length: Int) -> [String] {
        [5, 6].map { pid in
            let start = "root \(pid) 1 0 10:14 ? 00:00:00 kube-apiserver --advertise-address=172.18.0.\(pid) --b="
            return start + String(repeating: "x", count: length - start.utf8.count)
        }
    }
    #expect(try cutRows(twins(1377)) == [false, false])
    #expect(try cutRows(twins(200)) == [true, true])
    #expect(try cutRows(twins(1024)) == [true, true])
}

@Test(arguments: [
    (2047, false), (2048, true), (2049, false), (1000, true), (999, false), (131_070, false), (131_071, true),
    (131_072, true), (131_080, true),
])
func `one row is enough at a known limit of a line`(_ length: Int, _ isCut: Bool) throws {
    #expect(try cutRows([row("kube-apiserver", pid: 5, length: length)]) == [isCut])
}

@Test(arguments: [(4094, false), (4095, true), (4096, true), (4097, false), (65536, true)])
func `a command of one page is cut by an old kernel`(_ length: Int, _ isCut: Bool) throws {
    let prefix = "root 5 1 0 10:14 ? 00:00:00 "
    let rows = [row("kube-apiserver", pid: 5, length: prefix.utf8.count + length), row("etcd", pid: 6, length: 90)]
    #expect(try cutRows(rows) == [isCut, false])
}

@Test func `a command of one page is not cut when a longer one is there`() throws {
    let prefix = "root 5 1 0 10:14 ? 00:00:00 "
    let rows = [
        row("kube-apiserver", pid: 5, length: prefix.utf8.count + 4096), row("etcd", pid: 6, length: 4200),
    ]
    #expect(try cutRows(rows) == [false, false])
}

@Test(arguments: ["/var/vcap/packages/kubernetes/bin/kube-apis", "/usr/bin/go-runner --log-file=/var/log/a.log"])
func `a row cut before its program's name leaves the listing cut`(_ command: String) throws {
    let start = "root        6096    6079  1 Nov01 ?        12:26:39 "
    let length = start.utf8.count + command.utf8.count
    let rows = [start + command, row("sleep", pid: 6, length: length)]
    let text = listing(header, initRow) + rows.map { $0 + "\n" }.joined()
    #expect(try read(text).wholeness == .cut(.unreadableRows))
}

@Test func `the tool's own command cuts at BusyBox's limit and no other`() throws {
    let scheduler = row("kube-scheduler", pid: 6, length: 1000)
    let wide = listing(header, initRow, row("kube-apiserver", pid: 5, length: 1000), scheduler) + endMarker
    #expect(try read(wide, .remoteCommand).processes.map(\.isCut) == [false, false])
    let busyBox = "    5 root     kube-apiserver --a="
    for (length, isCut) in [(2047, false), (2048, true)] {
        let row = busyBox + String(repeating: "x", count: length - busyBox.utf8.count)
        let text = listing("PID   USER     COMMAND", "    1 root     init", row) + endMarker
        #expect(try read(text, .remoteCommand).processes.map(\.isCut) == [isCut])
    }
}
