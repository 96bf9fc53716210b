/// Saved listings for `evaluate`.
enum Listing {
    static let header = "UID          PID    PPID  C STIME TTY          TIME CMD\n"

    static func row(_ pid: Int, _ command: String, user: String = "root") -> String {
        "\(user)        \(pid)       1  0 09:14 ?        00:00:03 \(command)\n"
    }

    /// An API server that fails few checks.
    static let server = """
        kube-apiserver --advertise-address=10.0.0.1 --anonymous-auth=false --audit-log-path=/var/log/audit.log \
        --authorization-mode=Node,RBAC --client-ca-file=/etc/kubernetes/pki/ca.crt \
        --enable-admission-plugins=NodeRestriction --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt \
        --etcd-certfile=/etc/kubernetes/pki/etcd.crt --etcd-keyfile=/etc/kubernetes/pki/etcd.key \
        --etcd-servers=https://127.0.0.1:2379 --kubelet-client-certificate=/etc/kubernetes/pki/kubelet.crt \
        --kubelet-client-key=/etc/kubernetes/pki/kubelet.key --profiling=false --secure-port=6443 \
        --service-account-key-file=/etc/kubernetes/pki/sa.pub --tls-cert-file=/etc/kubernetes/pki/apiserver.crt \
        --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
        """

    static let whole =
        header + row(1, "/sbin/init") + row(900, "tail -f /var/log/kube-apiserver.log") + row(1301, server)

    /// What `ps -ef | grep kube-apiserver` prints.
    static let excerpt = row(1301, server) + row(2002, "grep kube-apiserver")
}
