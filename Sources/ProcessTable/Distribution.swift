/// Distributions that run the control plane inside a program of their own, or feed it from a file: the process
/// table then shows neither the flags nor that one is missing.
struct Distribution {
    var name: String
    var components: [(component: Component, path: String)]
    /// A supervisor starts its components as processes of their own: it counts only where none of those is seen.
    var isSupervisor = false

    private static let embedded: [Component] = [.kubeAPIServer, .kubeControllerManager, .kubeScheduler]

    private init(_ name: String, _ components: [Component], path: String, isSupervisor: Bool = false) {
        self.name = name
        self.components = components.map { ($0, path) }
        self.isSupervisor = isSupervisor
    }

    /// By the base names that can be argv[0].
    static let programs: Set<String> = [
        "k3s", "k3s-server", "rke2", "k0s", "kubelite", "openshift", "hypershift", "microshift",
    ]

    /// The distribution whose control plane runs as this command line, or nil (an agent, a client command).
    init?(program: String, arguments: [String]) {
        let verb = arguments.first
        func config(_ option: String = "config", or path: String) -> String {
            flagValue(option, in: arguments) ?? path
        }
        switch (program, verb) {
        case ("k3s", "server"), ("k3s-server", _):
            self.init("k3s", Self.embedded, path: config(or: "/etc/rancher/k3s/config.yaml"))
        case ("microshift", "run"):
            self.init("microshift", Self.embedded, path: config(or: "/etc/microshift/config.yaml"))
        case ("rke2", "server"):
            self.init(
                "rke2", [.kubeAPIServer], path: config(or: "/etc/rancher/rke2/config.yaml"), isSupervisor: true)
        case ("k0s", "controller"), ("k0s", "server"):
            self.init("k0s", [.kubeAPIServer], path: config(or: "/etc/k0s/k0s.yaml"), isSupervisor: true)
        case ("hypershift", "openshift-kube-apiserver"):
            self.init("openshift-3", [.kubeAPIServer], path: config(or: Self.originMaster))
        case ("openshift", "start"):
            guard let components = Self.originComponents(arguments) else { return nil }
            self.init(
                "openshift-3", components,
                path: config(or: flagValue("master-config", in: arguments) ?? Self.originMaster))
        case ("kubelite", _):
            self.init(kubelite: arguments)
        default:
            return nil
        }
    }

    /// OpenShift 4 hands kube-apiserver its settings in a file; on the line stand only a few.
    init?(component: Component, arguments: [String]) {
        guard component == .kubeAPIServer, let path = flagValue("openshift-config", in: arguments) else { return nil }
        self.init("openshift-4", [component], path: path)
    }

    private static let originMaster = "/etc/origin/master/master-config.yaml"

    private static func originComponents(_ arguments: [String]) -> [Component]? {
        switch (arguments.dropFirst().first, arguments.dropFirst(2).first) {
        case ("master", "api"): [.kubeAPIServer]
        case ("master", "controllers"): [.kubeControllerManager, .kubeScheduler]
        case ("node", _), ("network", _), ("etcd", _): nil
        default: embedded
        }
    }

    private init(kubelite arguments: [String]) {
        self.init("microk8s", [], path: "")
        let masters: [(Component, String)] = [
            (.kubeAPIServer, "apiserver"), (.kubeControllerManager, "controller-manager"),
            (.kubeScheduler, "scheduler"),
        ]
        let isWorker = flagValue("start-control-plane", in: arguments).flatMap(FlagValue.bool) == false
        for (component, flag) in (isWorker ? [] : masters) + [(.kubelet, "kubelet")] {
            let path = flagValue(flag + "-args-file", in: arguments)
            components.append((component, path ?? "/var/snap/microk8s/current/args/" + component.rawValue))
        }
    }
}

/// The last value of a long flag in a command line whose grammar is not known here.
private func flagValue(_ name: String, in arguments: [String]) -> String? {
    let flag = "--" + name
    var value: String?
    for (index, argument) in arguments.enumerated() where argument.utf8.starts(with: flag.utf8) {
        if argument.utf8.count == flag.utf8.count {
            if index + 1 < arguments.count { value = arguments[index + 1] }
        } else if argument.utf8.dropFirst(flag.utf8.count).first == UInt8(ascii: "=") {
            value = String(decoding: argument.utf8.dropFirst(flag.utf8.count + 1), as: UTF8.self)
        }
    }
    return value
}
