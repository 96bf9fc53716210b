/// The groups that hold control planes in inventories of Kubernetes, the most usual first.
enum MasterGroup {
    static let names = [
        // Kubespray, now and before 2.16
        "kube_control_plane", "kube-master", "kube_master",
        // kubeadm playbooks, k8s-ansible, OpenShift
        "kube_masters", "kube-masters", "control_plane", "control-plane", "controlplane", "control_planes",
        "k8s_control_plane", "k8s_master", "k8s_masters", "k8s-master", "masters", "master",
        // RKE2 and K3s
        "rke2_servers", "k3s_servers", "k3s_server", "k3s_master",
    ]

    /// Variables that state the version of Kubernetes.
    static let versionVariables = ["kube_version", "kubernetes_version", "k8s_version", "k3s_version", "rke2_version"]
}
