// Times reading and judging one host's listing against the default policy, on one core, and prints figures.
//
//     swift run -c release JudgingBenchmark [SECONDS]
//
// The listing has 150 rows: kernel threads, services, container shims and the five control-plane processes of a
// kubeadm master. A second, five times as long, shows whether the time grows in proportion.
import AllocationCount
import Hardening
import ProcessTable

let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 2
let facts = try BuiltIn.facts()
let policy = try PolicySource.load(BuiltIn.defaultPolicy).policy(facts: facts)
let judge = Judge(policy: policy, facts: facts)

print("policy \(policy.name), \(policy.checks.count) checks")
for rows in [150, 750] {
    let listing = sampleListing(rows: rows)
    for (label, claimed) in [("version known", Release(minor: 29)), ("version unknown", nil)] {
        let figures = try measure(listing, claimed: claimed, seconds: seconds)
        print("\(rows) rows, \(listing.count) bytes, \(label):")
        print("  \(tenths(figures.microseconds)) µs a listing, of which reading \(tenths(figures.reading)) µs")
        print("  \(Int(1e6 / figures.microseconds)) listings a second and core")
        print("  \(tenths(Double(listing.count) / figures.microseconds)) MB a second and core")
        print("  \(figures.allocations) allocations a listing")
    }
}

struct Figures {
    /// Of the fastest of the batches, which other programs disturbed least.
    var microseconds = Double.infinity
    var reading = Double.infinity
    var allocations = 0
}

func measure(_ listing: [UInt8], claimed: Release?, seconds: Double) throws -> Figures {
    let clock = ContinuousClock()
    let batch = 100
    var figures = Figures()
    var findings = 0
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
        let allocationsBefore = allocation_count()
        let whole = try clock.measure {
            for _ in 0..<batch {
                let evidence = try HostEvidence.read(listing, origin: .remoteCommand)
                findings += judge.judge(evidence, claimed: claimed).count
            }
        }
        figures.allocations = Int(allocation_count() - allocationsBefore) / batch
        let reading = try clock.measure {
            for _ in 0..<batch { findings += try HostEvidence.read(listing, origin: .remoteCommand).processes.count }
        }
        figures.microseconds = min(figures.microseconds, whole / .microseconds(batch))
        figures.reading = min(figures.reading, reading / .microseconds(batch))
    }
    precondition(findings > 0, "the listing must hold processes")
    return figures
}

func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
