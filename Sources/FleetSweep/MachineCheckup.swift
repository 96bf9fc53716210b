import Glibc
package import Hardening
package import SSH
import SSHConfig

/// What a sweep stands on: the program, its libraries, this machine's limits, the ssh beside it and the clock.
package struct MachineCheckup: Sendable {
    package struct Options: Sendable {
        /// Hosts under way at once.
        package var concurrency = 128
        package var limits = SSHLimits()
        package var lanes = SSHCapture.Options().laneCount

        package init() {}
    }

    private let options: Options
    private let openFiles: (soft: Int, hard: Int)

    /// Made before an engine is, which raises the limit on open files.
    package init(_ options: Options) {
        self.options = options
        openFiles = OpenFiles.limits
    }

    /// The libraries must have been initialised. Blocks while ssh is asked for its version.
    package func items(tool: ToolIdentity, policy: PolicyIdentity, checks: Int) -> [HealthItem] {
        [program(tool), Self.policy(policy, checks), libssh2, libcrypto, files, processors, ports, ssh, clock]
    }

    private func program(_ tool: ToolIdentity) -> HealthItem {
        var names = utsname()
        uname(&names)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        let system = Self.systemName ?? text(names.sysname)
        let kernel = "\(text(names.sysname)) \(text(names.release)) \(text(names.machine))"
        let person = Person.current
        return HealthItem(
            .program, tool.name, .ok, "\(tool.version), built with Swift \(Self.swift), on \(system)",
            facts: [
                .init("version", .text(tool.version)), .init("swift", .text(Self.swift)),
                .init("system", .text(system)), .init("kernel", .text(kernel), label: "kernel"),
                .init("user", .text(person.name), label: "runs as"),
            ])
    }

    private static func policy(_ policy: PolicyIdentity, _ checks: Int) -> HealthItem {
        HealthItem(
            .program, "policy", .ok, "\(policy.name), \(checks) checks",
            facts: [
                .init("name", .text(policy.name)), .init("checks", .number(checks)),
                .init("digest", .text(policy.digest), label: "digest"),
            ])
    }

    private var libssh2: HealthItem {
        let (loaded, header) = (SSHLibrary.version, SSHLibrary.headerVersion)
        let algorithms = SSHLibrary.algorithms
        let isOlder = Self.numbers(loaded).lexicographicallyPrecedes(Self.numbers(header))
        return HealthItem(
            .library, "libssh2", isOlder ? .warning : .ok, "\(loaded) is loaded; built against \(header)",
            hint: isOlder ? "load the libssh2 that kubesweep was built against, or a newer one" : "",
            facts: [
                .init("loaded", .text(loaded)), .init("header", .text(header)),
                .init("keyExchange", .list(algorithms?.keyExchange ?? []), label: "key exchange"),
                .init("hostKey", .list(algorithms?.hostKey ?? []), label: "host key"),
                .init("cipher", .list(algorithms?.cipher ?? []), label: "cipher"),
                .init("mac", .list(algorithms?.mac ?? []), label: "MAC"),
                .init("lacks", .list(SSHLibrary.shortcomings), label: "lacks"),
            ])
    }

    private var libcrypto: HealthItem {
        let (loaded, header) = (SSHLibrary.cryptoVersion, SSHLibrary.cryptoHeaderVersion)
        return HealthItem(
            .library, "libcrypto", .ok, "\(loaded) is loaded; built against \(header)",
            facts: [.init("loaded", .text(loaded)), .init("header", .text(header))])
    }

    private var files: HealthItem {
        let inFlight = options.limits.inFlight(lanes: options.lanes, descriptors: openFiles.hard)
        let isShort = inFlight < options.concurrency
        let detail =
            isShort
            ? "\(openFiles.hard) at most: connections to \(inFlight) hosts at once, not \(options.concurrency)"
            : "\(openFiles.soft), raised to \(openFiles.hard) for a sweep: enough for \(options.concurrency) hosts at once"
        return HealthItem(
            .limits, "open files", isShort ? .warning : .ok, detail,
            hint: isShort ? "raise the hard limit (ulimit -Hn, LimitNOFILE= of a unit); until then hosts wait" : "",
            facts: [
                .init("soft", .number(openFiles.soft)), .init("hard", .number(openFiles.hard)),
                .init("concurrency", .number(options.concurrency)), .init("hostsAtOnce", .number(inFlight)),
            ])
    }

    private var processors: HealthItem {
        HealthItem(
            .limits, "processors", .ok, "\(SSHConfigResolver.cores), \(options.lanes) threads for connections",
            facts: [.init("online", .number(SSHConfigResolver.cores)), .init("lanes", .number(options.lanes))])
    }

    /// Each connection to one address and port needs a local port of its own.
    private var ports: HealthItem {
        let path = "/proc/sys/net/ipv4/ip_local_port_range"
        let words = (Self.text(path) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard words.count == 2, words[0] <= words[1] else {
            return HealthItem(.limits, "local ports", .ok, "\(path) cannot be read")
        }
        let count = words[1] - words[0] + 1
        let isShort = count < options.concurrency
        return HealthItem(
            .limits, "local ports", isShort ? .warning : .ok, "\(count) (\(words[0]) to \(words[1]))",
            hint: isShort ? "widen net.ipv4.ip_local_port_range, or lower --concurrency" : "",
            facts: [.init("first", .number(words[0])), .init("last", .number(words[1]))])
    }

    private var ssh: HealthItem {
        let lost = "without it ssh_config is not read and bastions and proxy commands cannot be used"
        do throws(SSHProgram.Failure) {
            let program = try SSHProgram()
            return HealthItem(
                .ssh, "ssh", .ok, "\(program.version), for ssh_config and bastions",
                facts: [
                    .init("path", .text(program.path), label: "path"), .init("version", .text(program.version)),
                ])
        } catch {
            switch error {
            case .missing:
                return HealthItem(
                    .ssh, "ssh", .warning, "there is none in PATH: \(lost)", hint: "install OpenSSH's client")
            case .unusable(let words):
                return HealthItem(
                    .ssh, "ssh", .warning, "it cannot be used: \(words); \(lost)", hint: "run by hand: ssh -V")
            }
        }
    }

    /// Certificates are valid from one time to another, and reports carry the time.
    private var clock: HealthItem {
        // 2026-01-01T00:00:00Z: this program is younger.
        let isBehind = time(nil) < 1_767_225_600
        return HealthItem(
            .clock, "clock", isBehind ? .problem : .ok,
            isBehind ? "\(UTCTime.now.text), which is past" : UTCTime.now.text,
            hint: isBehind ? "set the clock: certificates and the times of reports depend on it" : "",
            facts: [.init("time", .text(UTCTime.now.text))])
    }

    private static func numbers(_ version: String) -> [Int] {
        version.split { !$0.isNumber }.prefix(3).compactMap { Int($0) }
    }

    private static func text(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// os-release(5).
    private static var systemName: String? {
        let line = text("/etc/os-release")?.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        return line.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } }
    }

    /// The compiler's, which brings the runtime.
    private static var swift: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
