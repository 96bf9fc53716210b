import ProcessTable
import Testing

/// How one distribution's control plane stands in a process table, and what is taken for its API server.
struct DistributionLine: Sendable, CustomTestStringConvertible {
    var distribution: String
    /// `user pid parent command`.
    var rows: [String]
    /// `pid program` of every API server, with `[file]` where its settings stand there.
    var servers: [String]

    var testDescription: String { distribution }
}

private let shim = "root 5 1 /usr/bin/containerd-shim-runc-v2 -namespace k8s.io"

private let lines = [
    DistributionLine(
        distribution: "kubeadm", rows: [shim, "root 9 5 kube-apiserver --advertise-address=10.0.0.1"],
        servers: ["9 kube-apiserver"]),
    DistributionLine(
        distribution: "kubeadm, rootless", rows: [shim, "kubeadm+ 9 5 kube-apiserver --advertise-address=10.0.0.1"],
        servers: ["9 kube-apiserver"]),
    DistributionLine(
        distribution: "kubespray", rows: [shim, "root 9 5 kube-apiserver --anonymous-auth=True"],
        servers: ["9 kube-apiserver"]),
    DistributionLine(
        distribution: "kind, two clusters on one machine",
        rows: [
            shim, "root 9 5 kube-apiserver --advertise-address=172.18.0.2",
            "root 10 5 kube-apiserver --advertise-address=172.18.0.3",
        ], servers: ["9 kube-apiserver", "10 kube-apiserver"]),
    DistributionLine(
        distribution: "minikube",
        rows: [shim, "root 9 5 kube-apiserver --client-ca-file=/var/lib/minikube/certs/ca.crt"],
        servers: ["9 kube-apiserver"]),
    DistributionLine(
        distribution: "the hard way, with a stray backslash",
        rows: ["root 9 1 /usr/local/bin/kube-apiserver \\ --advertise-address=10.0.0.1"],
        servers: ["9 /usr/local/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "kops from 1.23",
        rows: [
            shim,
            "root 9 5 /go-runner --log-file=/var/log/kube-apiserver.log --also-stdout /usr/local/bin/kube-apiserver --a",
            "root 10 9 /usr/local/bin/kube-apiserver --a", "root 11 5 kube-apiserver-healthcheck --ca-cert=/c",
        ], servers: ["10 /usr/local/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "kops 1.19 to 1.22",
        rows: [
            shim,
            "root 9 5 /usr/local/bin/kube-apiserver --a --logtostderr=false --log-file=/var/log/kube-apiserver.log",
        ],
        servers: ["9 /usr/local/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "kops before, kube-up: a shell that execs",
        rows: [
            shim,
            "root 9 5 /bin/sh -c mkfifo /tmp/pipe; (tee -a /l < /tmp/pipe & ) ; exec /usr/local/bin/kube-apiserver --b",
            "root 10 9 /usr/local/bin/kube-apiserver --a",
        ], servers: ["10 /usr/local/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "kube-up: a shell and its child",
        rows: [
            shim, "root 9 5 /bin/sh -c /usr/local/bin/kube-apiserver --b 1>>/var/log/kube-apiserver.log 2>&1",
            "root 10 9 /usr/local/bin/kube-apiserver --a",
        ], servers: ["10 /usr/local/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "upstream images",
        rows: [shim, "root 9 5 kube-log-runner --log-file=/l --redirect-stderr kube-apiserver --a"],
        servers: ["9 kube-apiserver"]),
    DistributionLine(
        distribution: "hyperkube",
        rows: ["root 9 1 /hyperkube apiserver --a", "root 10 1 hyperkube controller-manager"],
        servers: ["9 /hyperkube"]),
    DistributionLine(
        distribution: "k3s", rows: ["root 9 1 /usr/local/bin/k3s server", "root 10 9 containerd -c /x"],
        servers: ["9 /usr/local/bin/k3s [/etc/rancher/k3s/config.yaml]"]),
    DistributionLine(
        distribution: "RKE2",
        rows: ["root 9 1 /usr/local/bin/rke2 server", shim, "root 10 5 kube-apiserver --audit-policy-file=/p"],
        servers: ["10 kube-apiserver"]),
    DistributionLine(
        distribution: "RKE1",
        rows: [
            "root 9 5 /bin/bash /opt/rke/entrypoint.sh kube-apiserver --b", shim,
            "root 10 9 kube-apiserver --service-account-key-file=/k.pem",
        ], servers: ["10 kube-apiserver"]),
    DistributionLine(
        distribution: "microk8s from 1.21",
        rows: [
            "root 9 1 /snap/microk8s/8612/kubelite --apiserver-args-file=/var/snap/a --start-control-plane=true",
            "root 10 1 k8s-dqlite --storage-dir=/x",
        ], servers: ["9 /snap/microk8s/8612/kubelite [/var/snap/a]"]),
    DistributionLine(
        distribution: "microk8s up to 1.20", rows: ["root 9 1 /snap/microk8s/100/kube-apiserver --cert-dir=/c"],
        servers: ["9 /snap/microk8s/100/kube-apiserver"]),
    DistributionLine(
        distribution: "k0s",
        rows: ["root 9 1 /usr/local/bin/k0s controller", "kube-ap+ 10 9 /var/lib/k0s/bin/kube-apiserver --a"],
        servers: ["10 /var/lib/k0s/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "OpenShift 4",
        rows: [
            "root 4 1 /usr/libexec/crio/conmon -b /x",
            "root 9 4 watch-termination --kubeconfig=/k -- hyperkube kube-apiserver --openshift-config=/c.yaml -v=2",
            "root 10 9 kube-apiserver --openshift-config=/c.yaml -v=2", "root 11 4 cluster-kube-apiserver-operator x",
            "root 12 4 cluster-kube-apiserver-operator cert-syncer",
        ], servers: ["10 kube-apiserver [/c.yaml]"]),
    DistributionLine(
        distribution: "OpenShift 3",
        rows: ["root 9 1 openshift start master api --config=/m.yaml"], servers: ["9 openshift [/m.yaml]"]),
    DistributionLine(
        distribution: "OpenShift 3.11",
        rows: ["root 9 1 hypershift openshift-kube-apiserver --config=/m.yaml"], servers: ["9 hypershift [/m.yaml]"]),
    DistributionLine(
        distribution: "MicroShift", rows: ["root 9 1 microshift run"],
        servers: ["9 microshift [/etc/microshift/config.yaml]"]),
    DistributionLine(
        distribution: "hosted control planes and aggregated API servers",
        rows: [
            shim, "1000880+ 9 5 kube-apiserver --a", "1000890+ 10 5 kube-apiserver --b", "root 11 5 metrics-server --a",
            "root 12 5 openshift-apiserver start", "root 13 5 calico-apiserver --a",
        ], servers: ["9 kube-apiserver", "10 kube-apiserver"]),
    DistributionLine(
        distribution: "TKGI",
        rows: [
            "root 8 1 tini -- /var/vcap/packages/kubernetes/bin/kube-apiserver --a",
            "vcap 9 8 /var/vcap/packages/kubernetes/bin/kube-apiserver --a",
        ], servers: ["9 /var/vcap/packages/kubernetes/bin/kube-apiserver"]),
    DistributionLine(
        distribution: "a managed service's node", rows: ["root 9 1 /usr/bin/kubelet --a", "root 10 1 kube-proxy --b"],
        servers: []),
]

@Test(arguments: lines)
func `a distribution's API server is found once, and its user and starter are known`(_ line: DistributionLine) throws {
    let text = line.rows.map { row in
        let fields = row.split(separator: " ", maxSplits: 3).map(String.init)
        return "\(fields[0]) \(fields[1]) \(fields[2]) 0 10:14 ? 00:00:00 \(fields[3])\n"
    }.joined()
    let evidence = try read(header + "\n" + initRow + "\n" + text)
    let servers = evidence.processes.filter { $0.component == .kubeAPIServer }
    #expect(
        servers.map { server in
            if case .file(_, let path) = server.settings { return "\(server.pid) \(server.program) [\(path)]" }
            return "\(server.pid) \(server.program)"
        } == line.servers)
    #expect(evidence.lookAlikes == [])
    #expect(servers.allSatisfy { $0.isKnownUser && [.service, .container].contains($0.starter) })
}

@Test(arguments: [
    "kube-log-runner --log-file /l", "tini-static -s", "docker-init --", "catatonit --", "dumb-init --", "nohup",
    "setsid",
    "ionice -c 2", "stdbuf -o L", "taskset 0x3", "env A=b", "nice", "timeout 5",
])
func `every launcher is taken off`(_ launcher: String) throws {
    let row = "root 9 1 0 10:14 ? 00:00:00 \(launcher) kube-apiserver --a\n"
    let process = try read(header + "\n" + initRow + "\n" + row).processes.first
    #expect(process?.program == "kube-apiserver")
    #expect(process?.arguments == ["--a"])
}
