/// Chooses the processes of a host from what its rows claim.
struct Roster {
    /// A claim and the row that makes it.
    struct Entry {
        var claim: ComponentClaim
        var pid: Int
        var parent: Int?
        var user: String
        var isCut: Bool
        var starter: Starter
    }

    private(set) var processes: [ControlPlaneProcess] = []
    private(set) var lookAlikes: [ControlPlaneProcess] = []

    /// Three rules, in this order:
    /// 1. A launcher goes when the program it started is listed: a claim on the same component whose parent it is, or,
    ///    where parents are not shown, one with the same arguments and no launcher.
    /// 2. A claim under a user whom the component does not run as, or out of somebody's login session, is not believed
    ///    when the component is also claimed by a process with neither flaw, which runs as root or as the component's own
    ///    user: anybody can write `kube-apiserver` into argv[0]. Where none can be preferred, all of them stay.
    /// 3. A supervisor goes when its component is listed under a believed user.
    init(_ entries: [Entry]) {
        let entries = Self.withoutLaunchers(entries)
        var believed: Set<Component> = []
        for entry in entries where !entry.claim.isSupervisor && Self.trust(in: entry) == .full {
            believed.insert(entry.claim.component)
        }
        processes.reserveCapacity(entries.count)
        for entry in entries {
            let component = entry.claim.component
            if entry.claim.isSupervisor, believed.contains(component) { continue }
            let process = ControlPlaneProcess(
                component: component, pid: entry.pid, parent: entry.parent, user: entry.user,
                program: entry.claim.program, arguments: entry.claim.arguments, isCut: entry.isCut,
                settings: entry.claim.settings, isKnownUser: Self.trustInUser(of: entry) != .none,
                starter: entry.starter)
            if Self.trust(in: entry) == .none, believed.contains(component) {
                lookAlikes.append(process)
            } else {
                processes.append(process)
            }
        }
    }

    private static func withoutLaunchers(_ entries: [Entry]) -> [Entry] {
        guard entries.contains(where: \.claim.isLaunched) else { return entries }
        struct Kinship: Hashable {
            var component: Component
            var parent: Int
        }
        let parents = Set(
            entries.compactMap { entry in
                entry.parent.map { Kinship(component: entry.claim.component, parent: $0) }
            })
        let programs = entries.filter { !$0.claim.isLaunched && $0.parent == nil }
        return entries.filter { entry in
            guard entry.claim.isLaunched else { return true }
            if entry.parent != nil {
                return !parents.contains(Kinship(component: entry.claim.component, parent: entry.pid))
            }
            return !programs.contains { isSame($0, entry) }
        }
    }

    /// A cut line shows fewer of the same arguments, the more so behind a launcher.
    private static func isSame(_ program: Entry, _ launched: Entry) -> Bool {
        guard program.claim.component == launched.claim.component, program.claim.settings == launched.claim.settings
        else { return false }
        if launched.isCut { return program.claim.arguments.starts(with: launched.claim.arguments.dropLast()) }
        return program.claim.arguments == launched.claim.arguments
    }

    private enum Trust { case full, some, none }

    private static func trust(in entry: Entry) -> Trust {
        if case .session = entry.starter { return .none }
        return trustInUser(of: entry)
    }

    /// A bare number is a user of some container (rootless kubeadm, user namespaces): not suspicious, but no ground to
    /// disbelieve others.
    private static func trustInUser(of entry: Entry) -> Trust {
        let user = entry.user
        if user == "root" || user == "0" { return .full }
        let (account, isShortened) =
            user.utf8.last == UInt8(ascii: "+") ? (String(user.dropLast()), true) : (user, user.utf8.count == 8)
        let isKnown = users(of: entry.claim.component).contains {
            $0 == account || isShortened && account.utf8.count >= 7 && $0.hasPrefix(account)
        }
        if isKnown { return .full }
        return !account.isEmpty && account.utf8.allSatisfy { decimalDigit($0) != nil } ? .some : .none
    }

    /// Accounts made for one component: by distributions' packages, k0s, rootless kubeadm and bosh.
    private static func users(of component: Component) -> [String] {
        let shared = ["kube", "kubernetes", "vcap"]
        return switch component {
        case .kubeAPIServer: shared + ["kube-apiserver", "kubeadm-kas"]
        case .kubeControllerManager: shared + ["kube-controller-manager", "kubeadm-kcm"]
        case .kubeScheduler: shared + ["kube-scheduler", "kubeadm-ks"]
        case .etcd: shared + ["etcd", "kubeadm-etcd"]
        case .kubelet: []
        }
    }
}
