import ProcessTable
import Testing

/// The starter of the API server, process 90, below the rows given.
private func starter(_ rows: [String], header: String = header) throws -> Starter? {
    let lines = rows.map { row in
        let fields = row.split(separator: " ", maxSplits: 3).map(String.init)
        return "\(fields[0]) \(fields[1]) \(fields[2]) 0 10:14 ? 00:00:00 \(fields[3])\n"
    }
    return try read(header + "\n" + initRow + "\n" + lines.joined()).processes.first { $0.pid == 90 }?.starter
}

@Test(arguments: [
    (["root 90 1 kube-apiserver --a"], Starter.service),
    (["root 90 0 kube-apiserver --a"], .service),
    (["root 90 77 kube-apiserver --a"], .notListed),
    (["root 50 1 /usr/bin/containerd-shim-runc-v2 -namespace k8s.io", "root 90 50 kube-apiserver --a"], .container),
    (["root 50 1 containerd-shim -namespace moby", "root 90 50 kube-apiserver --a"], .container),
    (["root 50 1 /usr/libexec/crio/conmon -b /x", "root 90 50 kube-apiserver --a"], .container),
    (["root 50 1 docker-containerd-shim x", "root 90 50 kube-apiserver --a"], .container),
    (["root 50 1 /usr/bin/runc init", "root 90 50 kube-apiserver --a"], .container),
    (["root 50 40 /lib/systemd/systemd", "root 90 50 kube-apiserver --a"], .service),
    (["root 50 1 /usr/local/bin/k0s controller", "root 90 50 kube-apiserver --a"], .service),
    (["root 50 1 /usr/local/bin/rke2 server", "root 90 50 kube-apiserver --a"], .service),
    // Launchers, scripts and the wrapper's own claim are looked through.
    (
        [
            "root 50 1 containerd-shim-runc-v2 x", "root 60 50 /go-runner --also-stdout kube-apiserver --a",
            "root 90 60 kube-apiserver --a",
        ], .container
    ),
    (
        [
            "root 50 1 containerd-shim-runc-v2 x", "root 60 50 /bin/sh -c kube-apiserver --a 1>>/var/log/x 2>&1",
            "root 90 60 kube-apiserver --a",
        ], .container
    ),
    (
        [
            "root 50 1 containerd-shim x", "root 60 50 /bin/bash /opt/rke/entrypoint.sh kube-apiserver",
            "root 90 60 kube-apiserver --a",
        ], .container
    ),
    (["vcap 50 1 tini -- /var/vcap/x", "root 90 50 kube-apiserver --a"], .service),
    (["root 50 1 su -s /bin/sh -c kube-apiserver kube", "kube 90 50 kube-apiserver --a"], .service),
    (["root 50 1 /usr/bin/kubelet --x", "root 90 50 kube-apiserver --a"], .service),
    // Somebody's session.
    (["bob 50 1 -bash", "bob 90 50 kube-apiserver --a"], .session("bash")),
    (["bob 50 1 /bin/zsh", "bob 90 50 kube-apiserver --a"], .session("zsh")),
    (["bob 50 1 bash --login", "bob 90 50 kube-apiserver --a"], .session("bash")),
    (["bob 50 1 sh -i", "bob 90 50 kube-apiserver --a"], .session("sh")),
    (["root 50 1 sshd: bob@pts/0", "bob 90 50 kube-apiserver --a"], .session("sshd")),
    (["root 50 1 sshd-session: bob", "bob 60 50 sh -c x", "bob 90 60 kube-apiserver --a"], .session("sshd-session")),
    (["bob 50 1 tmux: server", "bob 90 50 kube-apiserver --a"], .session("tmux")),
    (["bob 50 1 -bash", "root 60 50 sudo kube-apiserver --a", "root 90 60 kube-apiserver --a"], .session("bash")),
    (["root 50 1 su - bob", "bob 90 50 kube-apiserver --a"], .session("su")),
    (["bob 50 1 /usr/lib/systemd/systemd --user", "bob 90 50 kube-apiserver --a"], .session("systemd")),
    // Programs that are neither.
    (["root 50 1 /usr/bin/python3 /srv/run.py", "root 90 50 kube-apiserver --a"], .other("python3")),
    // A kernel thread starts nothing, so the PID is another's by now.
    (["root 50 2 [kworker/0:6-events]", "root 90 50 kube-apiserver --a"], .notListed),
    // A circle that only a forged listing has.
    (["root 50 60 sh -c x", "root 60 50 sh -c x", "root 90 50 kube-apiserver --a"], .notListed),
])
func `a component's starter is the first program above it that is not its launcher`(
    rows: [String], expected: Starter
) throws {
    #expect(try starter(rows) == expected)
    #expect(try starter(rows.reversed()) == expected, "the order of rows")
}

@Test func `without parents or their rows nothing is said of the starter`() throws {
    let busyBox = try read(listing("PID   USER     COMMAND", "    1 root     init", "   90 bob      kube-apiserver"))
    #expect(busyBox.processes.map(\.starter) == [.notListed])
    let excerpt = try read("root 90 50 0 10:14 ? 00:00:00 kube-apiserver --a\n")
    #expect(excerpt.processes.map(\.starter) == [.notListed])
}

@Test func `a claim out of a session is a look-alike beside a trustworthy one`() throws {
    let evidence = try host("root 9 1 kube-apiserver --a", "root 50 1 -bash", "root 90 50 kube-apiserver --b")
    #expect(evidence.processes.map(\.pid) == [9])
    #expect(evidence.lookAlikes.map(\.pid) == [90])
    let alone = try host("root 50 1 -bash", "root 90 50 kube-apiserver --b")
    #expect(alone.processes.map(\.pid) == [90])
}

@Test func `a starter that is not known does not silence its claim`() throws {
    let evidence = try host("root 9 1 kube-apiserver --a", "root 50 1 python3 x", "root 90 50 kube-apiserver --b")
    #expect(evidence.processes.map(\.pid) == [9, 90])
    #expect(evidence.lookAlikes == [])
}
