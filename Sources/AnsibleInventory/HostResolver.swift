import HostInventory
import StrictYAML

/// Makes hosts of a fleet from hosts of an inventory.
struct HostResolver {
    /// The ways to connect that are SSH.
    private static let sshConnections: Set<String> = ["ssh", "smart", "paramiko", "paramiko_ssh", "libssh"]

    private let inventory: AnsibleInventory
    private let expression: HostExpression
    private var variables: HostVariables
    var log: ReadingLog
    private var versions: [Int: [(text: String, source: String)]] = [:]
    private(set) var labels: ClusterLabels

    init(_ inventory: AnsibleInventory, _ expression: HostExpression, labels: ClusterLabels) {
        self.inventory = inventory
        self.expression = expression
        self.labels = labels
        variables = HostVariables(inventory)
        log = inventory.log
    }

    mutating func clusterName(
        of host: Int, _ variable: String?, otherwise name: String, isQuiet: Bool = false
    ) -> String? {
        guard let variable else { return name }
        do throws(UnusableValue) {
            if let (text, position) = try variables.text(variable, of: host) {
                return isName(text, "cluster name", position) ? text : nil
            }
            let entry = inventory.tree.hosts[host]
            if !isQuiet {
                log.report(entry.position, "\(variable), which names the cluster, is not set", text: entry.name)
            }
        } catch {
            if !isQuiet { report(error) }
        }
        return nil
    }

    mutating func host(_ match: HostExpression.Match, in cluster: String) -> Host? {
        let entry = inventory.tree.hosts[match.host]
        do throws(UnusableValue) {
            guard isName(entry.name, "host name", entry.position) else { return nil }
            var host = Host(cluster: cluster, name: entry.name, address: entry.name, place: log.place(match.position))
            host.membership = Membership(
                pattern: expression.text, group: match.group.map { inventory.tree.groups[$0].name })
            // Of the old and the new name Ansible's ssh plugin takes the old one, where both are set.
            var addressPosition = entry.position
            if let (text, position) = try first(["ansible_ssh_host", "ansible_host"], of: match.host) {
                host.address = text
                addressPosition = position
            }
            if host.address.first == "[", host.address.last == "]" {
                host.address = String(host.address.dropFirst().dropLast())
            }
            guard HostAddress.isValid(host.address) else {
                throw UnusableValue(
                    position: addressPosition, message: "not an address to connect to", text: host.address,
                    hint: "ansible_host of \(escaped(entry.name)) must be a host name or an IP address")
            }
            if let (text, position) = try first(["ansible_ssh_port", "ansible_port"], of: match.host) {
                guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0 else {
                    throw UnusableValue(
                        position: position, message: "port must be a number from 1 to 65535", text: text)
                }
                host.port = port
                host.statesPort = true
            }
            if let (text, position) = try first(["ansible_ssh_user", "ansible_user"], of: match.host) {
                guard isName(text, "user", position), text.first != "-" else { return nil }
                host.user = text
            }
            host.identityFile = try path(
                first(["ansible_ssh_private_key_file", "ansible_private_key_file"], of: match.host))
            if let (text, _) = try variables.text("ansible_connection", of: match.host) {
                let name = text.split(separator: ".").last.map(String.init) ?? text
                if !Self.sshConnections.contains(name) {
                    host.refusal =
                        "the inventory says ansible_connection: \(escaped(text)), and kubesweep speaks SSH only"
                }
            }
            for name in ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"] {
                if let variable = variables.value(name, of: match.host) {
                    log.note("\(log.place(variable.position)): \(name) is not used; passwords are not supported")
                }
            }
            try readArguments(of: match.host, into: &host)
            return host
        } catch {
            report(error)
            return nil
        }
    }

    /// Of several variables for one thing the first that is set.
    private mutating func first(
        _ names: [String], of host: Int
    ) throws(UnusableValue) -> (text: String, position: Position)? {
        for name in names {
            if let found = try variables.text(name, of: host) { return found }
        }
        return nil
    }

    /// As Ansible has it: relative to the working directory.
    private func path(_ found: (text: String, position: Position)?) throws(UnusableValue) -> String? {
        guard let (text, position) = found else { return nil }
        guard !hasControls(text) else {
            throw UnusableValue(position: position, message: "control character in a path", text: text)
        }
        if text.hasPrefix("~/") {
            guard let home = Folder.home else {
                throw UnusableValue(position: position, message: "no home directory for ~", text: text)
            }
            return home + text.dropFirst()
        }
        return text
    }

    private mutating func readArguments(of index: Int, into host: inout Host) throws(UnusableValue) {
        for name in ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"] {
            guard let (text, position) = try variables.text(name, of: index) else { continue }
            guard !hasControls(text) else {
                throw UnusableValue(position: position, message: "control character in \(name)", text: text)
            }
            var arguments = SSHArguments(
                gateway: host.gateway, hostKeyAlias: host.hostKeyAlias, configFile: host.sshConfig)
            do throws(ShellWords.Failure) {
                try arguments.read(text)
            } catch {
                throw UnusableValue(position: position, message: "\(name): \(error.words)", text: text)
            }
            for ignored in arguments.ignored {
                log.note("\(log.place(position)): \(quoted(ignored)) of \(name) is not used")
            }
            if arguments.gateway != host.gateway { try check(arguments.gateway, name, position) }
            if let alias = arguments.hostKeyAlias,
                !isName(alias, "HostKeyAlias", position) || !Gateway.isHostKeyAlias(alias)
            {
                throw UnusableValue(
                    position: position, message: "HostKeyAlias that known_hosts cannot hold", text: alias)
            }
            host.gateway = arguments.gateway
            host.hostKeyAlias = arguments.hostKeyAlias
            host.sshConfig = try path(arguments.configFile.map { ($0, position) })
        }
    }

    private func check(_ gateway: Gateway?, _ name: String, _ position: Position) throws(UnusableValue) {
        switch gateway {
        case .jump(let text) where !Gateway.isJump(text):
            throw UnusableValue(
                position: position, message: "\(name): not a bastion to go through", text: text,
                hint: "write [user@]host[:port], the nearest first where there are several: a,b")
        case .command(let text):
            guard (1...Gateway.commandLimit).contains(text.utf8.count) else {
                throw UnusableValue(
                    position: position, message: "\(name): ProxyCommand must have 1 to \(Gateway.commandLimit) bytes")
            }
            if let token = Gateway.unknownToken(inCommand: text) {
                throw UnusableValue(
                    position: position, message: "\(name): unknown token in ProxyCommand", text: token,
                    hint: Gateway.tokens)
            }
        default: break
        }
    }

    /// A version counts where it is plain; a template is not filled in for it, since it may ask for other hosts.
    mutating func noteVersion(of host: Int, in cluster: Int) {
        for name in MasterGroup.versionVariables {
            guard let variable = variables.value(name, of: host), let text = variable.value.plainText, !text.isEmpty
            else {
                continue
            }
            versions[cluster, default: []].append((text, "\(name), \(log.place(variable.position))"))
            return
        }
        versions[cluster, default: []].append(("", ""))
    }

    mutating func state(version place: Int, of cluster: inout Cluster) {
        guard let stated = versions[place], let first = stated.first, stated.contains(where: { !$0.text.isEmpty })
        else {
            return
        }
        guard stated.allSatisfy({ $0.text == first.text }) else {
            log.note("the masters of \(escaped(cluster.name)) state different versions of Kubernetes: none is believed")
            return
        }
        guard let version = KubernetesVersion(first.text) else {
            log.note("\(first.source): not a version of Kubernetes: \(quoted(first.text))")
            return
        }
        cluster.kubernetesVersion = version
        cluster.versionSource = first.source
    }

    mutating func noteLabels(of host: Int, in cluster: Int) {
        for name in labels.variables {
            do throws(UnusableValue) {
                let found = try variables.text(name, of: host)
                if let (text, position) = found, hasControls(text) {
                    throw UnusableValue(position: position, message: "control character in a label", text: text)
                }
                labels.add(found?.text, of: name, in: cluster)
            } catch {
                report(error)
            }
        }
    }

    mutating func state(labels place: Int, of cluster: inout Cluster) {
        cluster.labels = labels.labels(of: place)
        for name in labels.open(in: place) {
            log.note(
                "the masters of \(escaped(cluster.name)) do not agree on \(escaped(name)): the cluster has no such label"
            )
        }
    }

    private mutating func isName(_ text: String, _ what: String, _ position: Position) -> Bool {
        if text.unicodeScalars.contains(where: isInvisible) {
            log.report(position, "\(what) with a space or control character", text: text)
        } else if text.isEmpty || text.utf8.count > HostAddress.limit {
            log.report(position, "\(what) must have 1 to \(HostAddress.limit) bytes", text: text)
        } else {
            return true
        }
        return false
    }

    private mutating func report(_ error: UnusableValue) {
        log.report(error.position, error.message, text: error.text, hint: error.hint)
    }
}
