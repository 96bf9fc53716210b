import Foundation

/// The parts of a `kubesweep.sweep/1` document that tests ask for one by one.
struct SweepDocument: Decodable {
    struct Cluster: Decodable {
        let name: String
        let hosts: [Host]
    }

    struct Host: Decodable {
        let name: String
        let address: String
        let state: String
        let failure: Failure?
        let evidence: Evidence?
        let processes: [Process]
    }

    struct Failure: Decodable {
        let phase: String
        let reason: String
        let detail: String
    }

    struct Evidence: Decodable {
        let digest: String
        let hostKey: String
        let listing: String
    }

    struct Process: Decodable {
        let findings: [Finding]
    }

    struct Finding: Decodable, Equatable {
        let check: String
        let verdict: String
        let observed: String
    }

    let clusters: [Cluster]

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

    var hosts: [Host] { clusters.flatMap(\.hosts) }
}

extension SweepDocument.Host {
    /// Verdicts on this host, with how often each was given.
    var verdicts: [String: Int] {
        processes.flatMap(\.findings).reduce(into: [:]) { $0[$1.verdict, default: 0] += 1 }
    }

    func observed(_ check: String) -> [String] {
        processes.flatMap(\.findings).filter { $0.check == check }.map(\.observed)
    }
}
