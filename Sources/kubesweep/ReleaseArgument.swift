import ArgumentParser
import Hardening
import HostInventory

/// A Kubernetes version as people write it: 1.31, v1.31.4.
extension Release: ExpressibleByArgument {
    init?(argument: String) {
        guard let version = KubernetesVersion(argument), version.major == 1 else { return nil }
        self.init(minor: version.minor)
    }
}
