/// What one row claims to be, read from its own words alone.
struct ComponentClaim {
    var component: Component
    /// argv[0] behind the launchers.
    var program: String
    /// Empty where the settings stand in a file: what the line shows then are the distribution's own words.
    var arguments: [String]
    var settings: SettingsSource
    /// A launcher stands in front; its child may be listed as well.
    var isLaunched: Bool
    /// See `Distribution.isSupervisor`.
    var isSupervisor: Bool

    /// The components that a command claims, by the base name of its argv[0] once launchers are taken off; never
    /// by what else its text holds. `words` are the command, split at single spaces.
    static func claims(of words: [String]) -> [ComponentClaim] {
        var start = 0
        var name = baseName(words[0])
        // A chain of launchers longer than this is nobody's.
        for _ in 0..<8 {
            guard let launcher = Launcher.known[name] else { break }
            guard let program = launcher.program(in: words, after: start) else { return [] }
            start = program
            name = baseName(words[start])
        }
        let arguments = Array(words[(start + 1)...])
        if Distribution.programs.contains(name) {
            guard let distribution = Distribution(program: name, arguments: arguments) else { return [] }
            return claims(of: distribution, program: words[start], isLaunched: start > 0)
        }
        guard let (component, taken) = component(named: name, arguments: arguments) else { return [] }
        if let distribution = Distribution(component: component, arguments: arguments) {
            return claims(of: distribution, program: words[start], isLaunched: start > 0)
        }
        return [
            ComponentClaim(
                component: component, program: words[start],
                arguments: taken == 0 ? arguments : Array(arguments[taken...]),
                settings: .commandLine, isLaunched: start > 0, isSupervisor: false)
        ]
    }

    private static func claims(of distribution: Distribution, program: String, isLaunched: Bool) -> [ComponentClaim] {
        distribution.components.map { component, path in
            ComponentClaim(
                component: component, program: program, arguments: [],
                settings: .file(distribution: distribution.name, path: path), isLaunched: isLaunched,
                isSupervisor: distribution.isSupervisor)
        }
    }

    /// The component of a program's name, and how many arguments name it rather than belong to it.
    private static func component(named name: String, arguments: [String]) -> (Component, taken: Int)? {
        switch name {
        case "hyperkube":
            return hyperkube(arguments)
        case "apiserver":
            // Aggregated API servers have this name too, without the flags that only kube-apiserver has.
            return arguments.contains(where: isOnlyKubeAPIServers) ? (.kubeAPIServer, 0) : nil
        case "etcd":
            // `etcd gateway` and `etcd grpc-proxy` are proxies without the server's flags.
            return ["gateway", "grpc-proxy"].contains(arguments.first) ? nil : (.etcd, 0)
        default:
            return Component(rawValue: name).map { ($0, 0) }
        }
    }

    private static let hyperkubeServers: [String: Component] = [
        "apiserver": .kubeAPIServer, "kube-apiserver": .kubeAPIServer,
        "controller-manager": .kubeControllerManager, "kube-controller-manager": .kubeControllerManager,
        "scheduler": .kubeScheduler, "kube-scheduler": .kubeScheduler,
        "kubelet": .kubelet,
    ]

    /// hyperkube's own options, which are not the server's, may stand before the server's name.
    private static func hyperkube(_ arguments: [String]) -> (Component, taken: Int)? {
        for (index, argument) in arguments.enumerated() {
            if let component = hyperkubeServers[argument] { return (component, index + 1) }
            if argument.utf8.first == UInt8(ascii: "-") { continue }
            guard index > 0, arguments[index - 1].utf8.first == UInt8(ascii: "-"),
                !arguments[index - 1].utf8.contains(UInt8(ascii: "="))
            else { return nil }
        }
        return nil
    }

    private static let onlyKubeAPIServers = [
        "etcd-servers", "service-cluster-ip-range", "service-node-port-range", "authorization-mode",
        "allow-privileged", "service-account-key-file", "service-account-issuer", "kubelet-client-certificate",
        "kubelet-https", "insecure-port",
    ]

    private static func isOnlyKubeAPIServers(_ argument: String) -> Bool {
        guard argument.utf8.starts(with: "--".utf8) else { return false }
        let name = argument.utf8.dropFirst(2).prefix { $0 != UInt8(ascii: "=") }
        return onlyKubeAPIServers.contains { known in
            name.elementsEqual(known.utf8) { $0 == $1 || $0 == UInt8(ascii: "_") && $1 == UInt8(ascii: "-") }
        }
    }

    /// Base names that make a row worth decoding.
    static let names: Set<String> = Set(Component.allCases.map(\.rawValue))
        .union(["apiserver", "hyperkube"]).union(Launcher.known.keys).union(Distribution.programs)
}
