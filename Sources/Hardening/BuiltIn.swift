package import ProcessTable
import StrictYAML

/// The facts and policies that are compiled into the program from `Resources`.
package enum BuiltIn {
    package static let policyNames = ["stackrox-2019", "cis-1.12", "hardened"]
    package static let defaultPolicy = "stackrox-2019"

    /// Facts of every component, decoded anew at each call: call once a run.
    package static func facts() throws(PolicyError) -> [Component: ComponentFacts] {
        var facts: [Component: ComponentFacts] = [:]
        for component in Component.allCases {
            do throws(YAMLError) {
                let text = String(decoding: resource(component), as: UTF8.self)
                facts[component] = try ComponentFacts.parse(text, file: "\(component.rawValue).yaml")
            } catch {
                throw PolicyError(error.problems)
            }
        }
        return facts
    }

    static func policyText(_ name: String) -> String? {
        switch name {
        case "stackrox-2019": String(decoding: PackageResources.stackrox_2019_yaml, as: UTF8.self)
        case "cis-1.12": String(decoding: PackageResources.cis_1_12_yaml, as: UTF8.self)
        case "hardened": String(decoding: PackageResources.hardened_yaml, as: UTF8.self)
        default: nil
        }
    }

    private static func resource(_ component: Component) -> [UInt8] {
        switch component {
        case .kubeAPIServer: PackageResources.kube_apiserver_yaml
        case .kubeControllerManager: PackageResources.kube_controller_manager_yaml
        case .kubeScheduler: PackageResources.kube_scheduler_yaml
        case .etcd: PackageResources.etcd_yaml
        case .kubelet: PackageResources.kubelet_yaml
        }
    }
}
