// Times reading and judging one host's listing against the default policy, on one core, and prints figures.
//
//     swift run -c release JudgingBenchmark [SECONDS [CASE]]
//
// A listing has kernel threads, services, container shims and the five control-plane processes of a kubeadm master. One
// has 150 rows; a second, five times as many, shows whether the time grows in proportion; a third is a mix of hosts that
// no two following runs share, so that nothing is remembered from one to the next. The figures are those of the fastest
// of many batches, which other programs disturbed least; nothing is kept between two listings.
import AllocationCount
import Hardening
import ProcessTable

let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 2
let wanted = CommandLine.arguments.dropFirst(2).first
let facts = try BuiltIn.facts()
let policy = try PolicySource.load(BuiltIn.defaultPolicy).policy(facts: facts)
let judge = Judge(policy: policy, facts: facts)

struct Case {
    var name: String
    var listings: [[UInt8]]
    var claimed: Release?
}

let cases = [
    Case(name: "150 rows", listings: [sampleListing(rows: 150)], claimed: Release(minor: 29)),
    Case(name: "150 rows, version unknown", listings: [sampleListing(rows: 150)], claimed: nil),
    Case(name: "750 rows", listings: [sampleListing(rows: 750)], claimed: Release(minor: 29)),
    Case(name: "750 rows, version unknown", listings: [sampleListing(rows: 750)], claimed: nil),
    Case(
        name: "mix of 300 hosts", listings: (0..<300).map { sampleListing(rows: 60 + $0, host: $0) },
        claimed: Release(minor: 29)),
]

print("policy \(policy.name), \(policy.checks.count) checks")
for measured in cases where wanted == nil || wanted == measured.name {
    let figures = try measure(measured, seconds: seconds)
    let bytes = measured.listings.map(\.count).reduce(0, +) / measured.listings.count
    print("\(measured.name), \(bytes) bytes a listing:")
    print("  \(tenths(figures.microseconds)) µs a listing, of which reading \(tenths(figures.reading)) µs")
    print("  \(Int(1e6 / figures.microseconds)) listings a second and core")
    print("  \(tenths(Double(bytes) / figures.microseconds)) MB a second and core")
    print("  \(figures.allocations) allocations a listing")
}

struct Figures {
    var microseconds = Double.infinity
    var reading = Double.infinity
    var allocations = 0
}

func measure(_ measured: Case, seconds: Double) throws -> Figures {
    let clock = ContinuousClock()
    let rounds = max(1, 20 / measured.listings.count)
    let batch = rounds * measured.listings.count
    var figures = Figures()
    var findings = 0
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
        let allocationsBefore = allocation_count()
        let whole = try clock.measure {
            for _ in 0..<rounds {
                for listing in measured.listings {
                    let evidence = try HostEvidence.read(listing, origin: .remoteCommand)
                    findings += judge.judge(evidence, claimed: measured.claimed).count
                }
            }
        }
        figures.allocations = Int(allocation_count() - allocationsBefore) / batch
        let reading = try clock.measure {
            for _ in 0..<rounds {
                for listing in measured.listings {
                    findings += try HostEvidence.read(listing, origin: .remoteCommand).processes.count
                }
            }
        }
        figures.microseconds = min(figures.microseconds, whole / .microseconds(batch))
        figures.reading = min(figures.reading, reading / .microseconds(batch))
    }
    precondition(findings > 0, "the listing must hold processes")
    return figures
}

func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
