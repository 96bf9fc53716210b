/// A control-plane program whose command line kubesweep reads.
package enum Component: String, Sendable, CaseIterable {
    case kubeAPIServer = "kube-apiserver"
    case kubeControllerManager = "kube-controller-manager"
    case kubeScheduler = "kube-scheduler"
    case etcd = "etcd"
    case kubelet = "kubelet"
}
