package import Hardening
package import HostInventory

extension Release {
    /// Nil for another major version than 1, which Kubernetes has never had.
    package init?(_ version: KubernetesVersion) {
        guard version.major == 1 else { return nil }
        self.init(minor: version.minor)
    }
}
