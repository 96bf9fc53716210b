/// A listing as kubesweep's remote command prints it on a kubeadm master, end marker included. Another host has another
/// address and other values of some flags, and every third one weaker ones.
func sampleListing(rows: Int, host: Int = 11) -> [UInt8] {
    let address = "10.0.\(host / 250).\(host % 250)"
    let isWeak = host % 3 == 0
    let components = [
        "kube-apiserver --advertise-address=\(address) --allow-privileged=true"
            + (isWeak ? "" : " --anonymous-auth=false")

            + " --audit-log-maxage=\(19 + host) --audit-log-maxbackup=10 --audit-log-maxsize=100"
            + " --audit-log-path=/var/log/kubernetes/audit.log --audit-policy-file=/etc/kubernetes/audit-policy.yaml"
            + " --authorization-mode=Node,RBAC --client-ca-file=/etc/kubernetes/pki/ca.crt"
            + " --enable-admission-plugins=NodeRestriction,AlwaysPullImages --enable-bootstrap-token-auth=true"
            + " --encryption-provider-config=/etc/kubernetes/encryption.yaml"
            + " --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt"
            + " --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt"
            + " --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key --etcd-servers=https://127.0.0.1:2379"
            + " --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt"
            + " --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key"
            + " --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname --profiling=\(isWeak)"
            + " --proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt"
            + " --proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key"
            + " --requestheader-allowed-names=front-proxy-client"
            + " --requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt"
            + " --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group"
            + " --requestheader-username-headers=X-Remote-User --secure-port=6443"
            + " --service-account-issuer=https://kubernetes.default.svc.cluster.local"
            + " --service-account-key-file=/etc/kubernetes/pki/sa.pub"
            + " --service-account-signing-key-file=/etc/kubernetes/pki/sa.key --service-cluster-ip-range=10.96.0.0/12"
            + " --tls-cert-file=/etc/kubernetes/pki/apiserver.crt"
            + " --tls-private-key-file=/etc/kubernetes/pki/apiserver.key",
        "kube-controller-manager --allocate-node-cidrs=true --bind-address=127.0.0.1 --cluster-cidr=10.244.0.0/16"
            + " --kubeconfig=/etc/kubernetes/controller-manager.conf --leader-elect=true --profiling=false"
            + " --root-ca-file=/etc/kubernetes/pki/ca.crt"
            + " --service-account-private-key-file=/etc/kubernetes/pki/sa.key --use-service-account-credentials=true",
        "kube-scheduler --bind-address=127.0.0.1 --kubeconfig=/etc/kubernetes/scheduler.conf --leader-elect=true",
        "etcd --advertise-client-urls=https://\(address):2379 --cert-file=/etc/kubernetes/pki/etcd/server.crt"
            + " --client-cert-auth=true --data-dir=/var/lib/etcd --key-file=/etc/kubernetes/pki/etcd/server.key"
            + " --listen-client-urls=https://127.0.0.1:2379,https://\(address):2379 --name=cp1",
        "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --kubeconfig=/etc/kubernetes/kubelet.conf"
            + " --container-runtime-endpoint=unix:///run/containerd/containerd.sock",
    ]
    var text = "UID          PID    PPID  C STIME TTY          TIME CMD\n"
    text += "root           1       0  0 Nov01 ?        00:01:36 /usr/lib/systemd/systemd --switched-root --system\n"
    text += "root           2       0  0 Nov01 ?        00:00:04 [kthreadd]\n"
    let step = (rows - 2) / components.count
    for row in 2..<rows {
        let pid = 100 + row * 7
        let command: String
        if row % step == 3, row / step < components.count {
            command = components[row / step]
        } else if row % 3 == 0 {
            let id = String(repeating: "6a17b9af5b56", count: 5)
            command = "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id \(id) -address /run/containerd/x.sock"
        } else {
            command = "[kworker/\(row % 8):1-events]"
        }
        let number = "\(pid)"
        let padding = String(repeating: " ", count: 12 - number.count)
        text += "root\(padding)\(number)       2  0 Nov01 ?        00:00:07 \(command)\n"
    }
    text += "\nkubesweep-end status=0\n"
    return Array(text.utf8)
}
