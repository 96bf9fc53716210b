import ProcessTable
import Testing

/// A listing whose rows are given as `user pid parent command`.
func host(_ rows: String...) throws(ListingProblem) -> HostEvidence {
    let lines = rows.map { row in
        let fields = row.split(separator: " ", maxSplits: 3).map(String.init)
        return "\(fields[0]) \(fields[1]) \(fields[2]) 0 10:14 ? 00:00:00 \(fields[3])\n"
    }
    return try read(header + "\n" + initRow + "\n" + lines.joined())
}

/// `component pid program arguments`, one line a process.
private func summary(_ evidence: HostEvidence) -> [String] {
    evidence.processes.map { process in
        var text = "\(process.component.rawValue) \(process.pid) \(process.program)"
        if case .file(let distribution, let path) = process.settings { text += " [\(distribution) \(path)]" }
        return ([text] + process.arguments).joined(separator: " ")
    }
}

@Test(arguments: [
    ("kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("/usr/local/bin/kube-apiserver --a", ["kube-apiserver 9 /usr/local/bin/kube-apiserver --a"]),
    ("kube-controller-manager --a", ["kube-controller-manager 9 kube-controller-manager --a"]),
    ("kube-scheduler", ["kube-scheduler 9 kube-scheduler"]),
    ("/usr/bin/kubelet --a", ["kubelet 9 /usr/bin/kubelet --a"]),
    ("etcd --a", ["etcd 9 etcd --a"]),
    ("/hyperkube apiserver --a", ["kube-apiserver 9 /hyperkube --a"]),
    ("hyperkube kube-apiserver --a", ["kube-apiserver 9 hyperkube --a"]),
    ("hyperkube --v=2 --log-dir /x scheduler --a", ["kube-scheduler 9 hyperkube --a"]),
    ("hyperkube controller-manager", ["kube-controller-manager 9 hyperkube"]),
    ("/apiserver --etcd_servers=x", ["kube-apiserver 9 /apiserver --etcd_servers=x"]),
    ("go-runner --log-file=/x --also-stdout kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("/go-runner --log-file /x kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("tini -s -e 143 -- /opt/kube-apiserver --a", ["kube-apiserver 9 /opt/kube-apiserver --a"]),
    ("dumb-init -r 15:3 go-runner kube-scheduler --a", ["kube-scheduler 9 kube-scheduler --a"]),
    ("nice -n 5 kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("taskset -c 0,1 etcd --a", ["etcd 9 etcd --a"]),
    ("env -u X A=/b kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("sudo -u root -- kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("timeout -k 5 60 kube-apiserver --a", ["kube-apiserver 9 kube-apiserver --a"]),
    ("watch-termination --x=y -- hyperkube kube-apiserver --a", ["kube-apiserver 9 hyperkube --a"]),
])
func `a component is known by its program's name`(_ command: String, _ processes: [String]) throws {
    #expect(summary(try host("root 9 1 \(command)")) == processes)
}

@Test(arguments: [
    "[kube-apiserver] <defunct>", "kube-apiserver <defunct>", "[kworker/kube-apiserver]", "grep kube-apiserver",
    "vim /etc/kubernetes/manifests/kube-apiserver.yaml", "kubectl logs kube-apiserver-node1",
    "crictl ps kube-apiserver",
    "tail -f /var/log/kube-apiserver", "/bin/sh -c exec /usr/local/bin/kube-apiserver --a > /tmp/pipe 2>&1",
    "bash -c kube-apiserver", "kube-apiserver-healthcheck --ca-cert=x", "cluster-kube-apiserver-operator operator",
    "metrics-apiserver --a", "/code/apiserver --secure-port=5443 --tls-cert-file=/x", "etcdctl get /",
    "etcd-manager --a",
    "etcd gateway start", "etcd grpc-proxy start", "hyperkube proxy --a", "hyperkube", "hyperkube foo apiserver",
    "kube-apiserver/", "./my-kube-apiserver", "k3s agent", "k0s worker", "openshift start node",
    "watch-termination -- ",
    "tini --", "timeout 5", "sh -c LC_ALL=C; ps -efww", "docker run kube-apiserver",
])
func `what only mentions a component is none`(_ command: String) throws {
    let evidence = try host("root 9 1 \(command)")
    #expect(summary(evidence) == [])
    #expect(evidence.unreadableRows == 0)
}

@Test(arguments: [
    (
        "/usr/local/bin/k3s server --token=abc",
        [
            "kube-apiserver 9 /usr/local/bin/k3s [k3s /etc/rancher/k3s/config.yaml]",
            "kube-controller-manager 9 /usr/local/bin/k3s [k3s /etc/rancher/k3s/config.yaml]",
            "kube-scheduler 9 /usr/local/bin/k3s [k3s /etc/rancher/k3s/config.yaml]",
        ]
    ),
    (
        "microshift run",
        [
            "kube-apiserver 9 microshift [microshift /etc/microshift/config.yaml]",
            "kube-controller-manager 9 microshift [microshift /etc/microshift/config.yaml]",
            "kube-scheduler 9 microshift [microshift /etc/microshift/config.yaml]",
        ]
    ),
    (
        "/snap/microk8s/86/kubelite --apiserver-args-file=/v/args/kube-apiserver --kubelet-args-file /v/args/kubelet",
        [
            "kube-apiserver 9 /snap/microk8s/86/kubelite [microk8s /v/args/kube-apiserver]",
            "kube-controller-manager 9 /snap/microk8s/86/kubelite "
                + "[microk8s /var/snap/microk8s/current/args/kube-controller-manager]",
            "kube-scheduler 9 /snap/microk8s/86/kubelite [microk8s /var/snap/microk8s/current/args/kube-scheduler]",
            "kubelet 9 /snap/microk8s/86/kubelite [microk8s /v/args/kubelet]",
        ]
    ),
    (
        "kubelite --start-control-plane=false",
        ["kubelet 9 kubelite [microk8s /var/snap/microk8s/current/args/kubelet]"]
    ),
    (
        "kube-apiserver --openshift-config=/etc/c.yaml --advertise-address=10.0.0.1 -v=2",
        ["kube-apiserver 9 kube-apiserver [openshift-4 /etc/c.yaml]"]
    ),
    (
        "kube-controller-manager --openshift-config=/etc/c.yaml --profiling=false",
        ["kube-controller-manager 9 kube-controller-manager --openshift-config=/etc/c.yaml --profiling=false"]
    ),
    (
        "openshift start master api --config=/etc/m.yaml --loglevel=2",
        ["kube-apiserver 9 openshift [openshift-3 /etc/m.yaml]"]
    ),
    (
        "openshift start master controllers",
        [
            "kube-controller-manager 9 openshift [openshift-3 /etc/origin/master/master-config.yaml]",
            "kube-scheduler 9 openshift [openshift-3 /etc/origin/master/master-config.yaml]",
        ]
    ),
    (
        "hypershift openshift-kube-apiserver --config=/etc/m.yaml",
        ["kube-apiserver 9 hypershift [openshift-3 /etc/m.yaml]"]
    ),
    ("rke2 server --token x", ["kube-apiserver 9 rke2 [rke2 /etc/rancher/rke2/config.yaml]"]),
    ("k0s controller --config /etc/k.yaml", ["kube-apiserver 9 k0s [k0s /etc/k.yaml]"]),
])
func `a distribution's own program points to its file`(_ command: String, _ processes: [String]) throws {
    #expect(summary(try host("root 9 1 \(command)")) == processes)
}

@Test func `a supervisor goes when its API server is listed`() throws {
    let evidence = try host("root 9 1 /usr/local/bin/rke2 server", "root 12 10 kube-apiserver --a")
    #expect(summary(evidence) == ["kube-apiserver 12 kube-apiserver --a"])
    let k0s = try host("root 9 1 k0s controller", "kube-ap+ 12 9 /var/lib/k0s/bin/kube-apiserver --a")
    #expect(summary(k0s) == ["kube-apiserver 12 /var/lib/k0s/bin/kube-apiserver --a"])
    #expect(k0s.lookAlikes == [])
}

@Test func `a stranger's API server does not silence a supervisor`() throws {
    let evidence = try host("root 9 1 rke2 server", "nobody 12 10 kube-apiserver --a")
    #expect(
        summary(evidence) == [
            "kube-apiserver 9 rke2 [rke2 /etc/rancher/rke2/config.yaml]", "kube-apiserver 12 kube-apiserver --a",
        ])
    #expect(evidence.lookAlikes == [])
    #expect(evidence.processes.map(\.isKnownUser) == [true, false])
}

@Test func `a launcher goes when its child is listed`() throws {
    let evidence = try host(
        "root 9 1 tini -- /go-runner --also-stdout kube-apiserver --a", "root 10 9 /go-runner kube-apiserver --a",
        "root 11 10 kube-apiserver --a", "root 20 1 /go-runner kube-scheduler --b")
    #expect(summary(evidence) == ["kube-apiserver 11 kube-apiserver --a", "kube-scheduler 20 kube-scheduler --b"])
}

@Test func `OpenShift's wrapper goes when its API server is listed`() throws {
    let evidence = try host(
        "root 9 1 watch-termination --kubeconfig=/k -- hyperkube kube-apiserver --openshift-config=/c.yaml -v=2",
        "root 11 9 kube-apiserver --openshift-config=/c.yaml -v=2", "root 12 1 cluster-kube-apiserver-operator operator"
    )
    #expect(summary(evidence) == ["kube-apiserver 11 kube-apiserver [openshift-4 /c.yaml]"])
}

@Test func `where parents are not shown a launcher goes by its arguments`() throws {
    let evidence = try read(
        listing(
            "PID   USER     COMMAND", "    1 root     init", "    9 root     /go-runner kube-apiserver --a --b",
            "   10 root     kube-apiserver --a --b", "   11 root     /go-runner kube-scheduler --a",
            "   12 root     kube-scheduler --c"))
    #expect(
        summary(evidence) == [
            "kube-apiserver 10 kube-apiserver --a --b", "kube-scheduler 11 kube-scheduler --a",
            "kube-scheduler 12 kube-scheduler --c",
        ])
}

@Test func `several API servers of one host are several processes`() throws {
    let evidence = try host(
        "root 9 8 kube-apiserver --a", "root 12 11 kube-apiserver --a", "1000880+ 13 1 kube-apiserver")
    #expect(evidence.processes.map(\.pid) == [9, 12, 13])
    #expect(evidence.lookAlikes == [])
}

@Test func `a claim under a stranger's name is a look-alike`() throws {
    let evidence = try host("root 9 1 kube-apiserver --a", "nobody 12 1 kube-apiserver --anonymous-auth=false")
    #expect(evidence.processes.map(\.pid) == [9])
    #expect(
        evidence.lookAlikes == [
            ControlPlaneProcess(
                component: .kubeAPIServer, pid: 12, parent: 1, user: "nobody", program: "kube-apiserver",
                arguments: ["--anonymous-auth=false"], isKnownUser: false, starter: .service)
        ])
}

@Test func `where no claim can be preferred all of them stay`() throws {
    let evidence = try host("bob 9 1 kube-apiserver --a", "eve 12 1 kube-apiserver --b")
    #expect(evidence.processes.map(\.pid) == [9, 12])
    #expect(evidence.processes.map(\.isKnownUser) == [false, false])
    #expect(evidence.lookAlikes == [])
}

@Test(arguments: [
    ("kube-ap+", "kube-apiserver", true), ("kube-api", "kube-apiserver", true), ("etcd", "etcd", true),
    ("kube-apiserver", "kube-apiserver", true), ("kubeadm+", "kube-scheduler", true), ("0", "kubelet", true),
    ("65532", "kube-apiserver", true), ("2147476+", "etcd", true), ("kube", "kube-scheduler", true),
    ("kubeadm-kas", "kube-apiserver", true), ("kubeadm-kcm", "kube-controller-manager", true),
    ("kubeadm-ks", "kube-scheduler", true), ("kubeadm-etcd", "etcd", true), ("kubernetes", "kube-apiserver", true),
    ("kube-controller-manager", "kube-controller-manager", true), ("kube-scheduler", "kube-scheduler", true),
    ("vcap", "etcd", true), ("kubeadm-ks", "kube-apiserver", false),
    ("kube-ap+", "kube-scheduler", false), ("etcd", "kube-apiserver", false), ("kube-a+", "kube-apiserver", false),
    ("k+", "kube-apiserver", false), ("+", "kube-apiserver", false), ("kube", "kubelet", false),
    ("rootless", "etcd", false),
])
func `knows the users of a component`(_ user: String, _ program: String, _ isKnown: Bool) throws {
    let evidence = try host("\(user) 9 1 \(program)")
    #expect(evidence.processes.map(\.user) == [user])
    #expect(evidence.processes.map(\.isKnownUser) == [isKnown])
}

/// A container's name as argv[0] of `docker run`: no server could have started with it, and its flags must not count.
@Test func `docker's words before the server leave an unparsable line`() throws {
    let evidence = try host(
        "root 9 1 kube-apiserver --net host -v /etc/ssl:/ssl image:tag /hyperkube apiserver --anonymous-auth=false")
    let process = try #require(evidence.processes.first)
    #expect(
        apiServerSyntax.parse(process.arguments, isCut: false).error == #"invalid argument "/etc/ssl:/ssl" for --v"#)
}
