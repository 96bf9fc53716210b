import Glibc
import Hardening
import SSH
import Testing

/// One way a host can go wrong, the host that does it, and what the sweep must say of it.
struct Fault: Sendable, CustomTestStringConvertible {
    /// Every kind of fault there is to have an answer to. `FaultTests` holds that none is without a case;
    /// `CutTests` has resets and silence at every point of a session.
    enum Kind: String, CaseIterable, Sendable {
        case connectionRefused, blackHole, reset, silence, oneByteASecond, endlessBanner, endlessOutput
        case closedBeforeBanner, wrongHostKey, noCommonAlgorithm, authenticationRefused, accountExpired
        case forcedCommand, noPS, nonZeroExit, exitSignal, noEndMarker, rekeying, stderrFlood, noisyProfile, hidepid,
            flood
    }

    enum Ending: Sendable {
        /// No finding at all. `detail` is a part of the failure's.
        case fails(HostState, phase: String, reason: String, detail: String)
        /// Judged on what came, without any pass; the word is the listing's.
        case cut(String)
        /// As if nothing were wrong.
        case whole
        /// The whole process table of this machine, whatever else may run on it just now.
        case seen
    }

    var kind: Kind
    var name: String
    var ending: Ending
    var host: @Sendable () throws -> SweptHost

    var testDescription: String { "\(kind.rawValue): \(name)" }

    /// What `mark` is in the listings of hosts that give one.
    static let mark = "faulty"

    init(
        _ kind: Kind, _ name: String, _ ending: Ending, host: @escaping @Sendable () throws -> SweptHost
    ) {
        self.kind = kind
        self.name = name
        self.ending = ending
        self.host = host
    }

    static func unreachable(_ phase: String, _ reason: String, _ detail: String = "") -> Ending {
        .fails(.unreachable, phase: phase, reason: reason, detail: detail)
    }

    static func unreadable(_ reason: String, _ detail: String = "") -> Ending {
        .fails(.unreadable, phase: "evidence", reason: reason, detail: detail)
    }

    /// A peer that is no real server.
    static func peer(_ script: @escaping @Sendable (ScriptedPeer.Wire) -> Void) throws -> SweptHost {
        try SweptHost(ScriptedPeer(script))
    }

    /// A peer that exchanges keys like a server, and then does this.
    static func serverSide(_ script: @escaping @Sendable (ServerSide) -> Void) throws -> SweptHost {
        try peer { wire in
            if let server = ServerSide(wire) { script(server) }
        }
    }

    /// A real server on which this command runs, whatever is asked for.
    static func forcing(_ command: String, options: [String] = []) throws -> SweptHost {
        let account = try Account()
        let rows = try account.write(WholeListing(mark: mark).rows, to: "rows")
        let script = try account.write(command.replacing("ROWS", with: "cat '\(rows)'") + "\n", to: "forced")
        return try SweptHost(
            account.server(options: ["ForceCommand exec /bin/sh '\(script)'"] + options), also: [account])
    }

    /// A real server on which our own command runs, with this in the place of `ps`.
    static func withPS(
        _ script: String, shell: String = "/bin/sh", files: [String: String] = [:]
    ) throws -> SweptHost {
        let account = try Account(shell: shell, files: files)
        let rows = try account.write(WholeListing(mark: mark).rows, to: "rows")
        let path = try account.ps(script.replacing("ROWS", with: "cat '\(rows)'"))
        return try SweptHost(account.server(options: [path]), also: [account])
    }

    static func blackHole() throws -> SweptHost {
        let hole = try BlackHole()
        var host = try SweptHost(ScriptedPeer { _ in })
        host.port = hole.port
        host.parts = [hole]
        return host
    }

    /// A good server behind a relay.
    static func relayed(_ relay: (Server) throws -> CuttingRelay) throws -> SweptHost {
        var host = try SweptHost.good(mark)
        guard let server = host.parts.first as? Server else { throw WorkshopError(text: "no server") }
        let relay = try relay(server)
        host.port = relay.port
        host.parts.append(relay)
        return host
    }
}
