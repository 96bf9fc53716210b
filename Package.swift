// swift-tools-version: 6.2
// The targets are the walls: each stands where it forbids an import, or where a parser of outside
// text must be tested and timed alone. ARCHITECTURE.md says what each room holds.
import PackageDescription

let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// libFuzzer brings its own main, so that this target links only with `--sanitize fuzzer`: Scripts/fuzz asks for it.
let fuzzer: [Target] =
    Context.environment["KUBESWEEP_FUZZER"] == nil
    ? [] : [.executableTarget(name: "Fuzzer", dependencies: ["Fuzzing"], path: "Tests/Fuzzer", swiftSettings: swift)]

let package = Package(
    name: "kubesweep",
    products: [.executable(name: "kubesweep", targets: ["kubesweep"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),

        .target(name: "ChildProcess", dependencies: ["CLinux"], swiftSettings: swift),
        .target(
            name: "SSH", dependencies: ["CLibSSH2", "CLibCrypto", "CLinux", "ChildProcess"], swiftSettings: swift),
        .target(name: "SSHConfig", dependencies: ["ChildProcess"], swiftSettings: swift),
        .target(name: "StrictJSON", swiftSettings: swift),
        .target(name: "StrictYAML", dependencies: [yams], swiftSettings: swift),
        .target(name: "HostInventory", dependencies: ["StrictYAML", yams], swiftSettings: swift),
        .target(
            name: "AnsibleInventory",
            dependencies: ["ChildProcess", "HostInventory", "StrictJSON", "StrictYAML", yams], swiftSettings: swift),
        .target(name: "ProcessTable", swiftSettings: swift),
        .target(
            name: "Hardening",
            dependencies: ["HostInventory", "ProcessTable", "StrictJSON", "StrictYAML", yams],
            resources: [.embedInCode("Resources")],
            swiftSettings: swift),
        .target(
            name: "FleetSweep",
            dependencies: ["SSH", "SSHConfig", "HostInventory", "ProcessTable", "Hardening", "CLibCrypto"],
            swiftSettings: swift),
        .target(
            name: "SweepReport", dependencies: ["Hardening", "ProcessTable", "StrictJSON"], exclude: ["Resources"],
            swiftSettings: swift),
        .target(
            name: "SweepHistory",
            dependencies: [
                "Hardening", "ProcessTable", "StrictJSON", "CLibCrypto", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "kubesweep",
            dependencies: [
                "ChildProcess", "SSH", "StrictJSON", "StrictYAML", "HostInventory", "AnsibleInventory", "ProcessTable",
                "Hardening", "FleetSweep", "SweepHistory", "SweepReport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swift),

        .executableTarget(
            name: "JudgingBenchmark", dependencies: ["ProcessTable", "Hardening", "AllocationCount"],
            path: "Benchmarks/Judging", swiftSettings: swift),
        .executableTarget(
            name: "bare-loop", dependencies: ["CLibSSH2", "CLibCrypto"], path: "Benchmarks/BareLoop"),
        .executableTarget(
            name: "InventoryBenchmark", dependencies: ["AnsibleInventory", "HostInventory"],
            path: "Benchmarks/Inventory", swiftSettings: swift),
        .executableTarget(
            name: "HistoryBenchmark", dependencies: ["SweepHistory", "SweepReport", "Hardening", "ProcessTable"],
            path: "Benchmarks/History", swiftSettings: swift),
        .target(name: "AllocationCount", path: "Benchmarks/AllocationCount"),

        // The init of one simulated master: starts the stand-in processes, then sshd. C, because between
        // fork and exec nothing but async-signal-safe calls may run.
        .executableTarget(name: "loopback-host", path: "Tests/LoopbackHost"),

        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: swift),
        .target(
            name: "Fuzzing",
            dependencies: [
                "ProcessTable", "Hardening", "HostInventory", "AnsibleInventory", "StrictJSON", "StrictYAML",
                "FleetSweep",
                "SweepReport",
            ],
            path: "Tests/Fuzzing", swiftSettings: swift),

        // The faults are looked at where they end: in the record of a whole sweep.
        .testTarget(
            name: "SSHTests",
            dependencies: [
                "SSH", "CLinux", "CLibCrypto", "FleetSweep", "HostInventory", "Hardening", "ProcessTable", "StrictYAML",
            ],
            swiftSettings: swift),
        .testTarget(name: "SSHConfigTests", dependencies: ["SSHConfig", "SeededRandom"], swiftSettings: swift),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: swift),
        .testTarget(name: "StrictYAMLTests", dependencies: ["StrictYAML"], swiftSettings: swift),
        .testTarget(
            name: "HostInventoryTests", dependencies: ["HostInventory", "StrictYAML", "SeededRandom"],
            swiftSettings: swift),
        .testTarget(
            name: "AnsibleInventoryTests", dependencies: ["AnsibleInventory", "HostInventory", "StrictYAML"],
            exclude: ["Inventories"], swiftSettings: swift),
        .testTarget(name: "ProcessTableTests", dependencies: ["ProcessTable", "SeededRandom"], swiftSettings: swift),
        .testTarget(
            name: "HardeningTests",
            dependencies: ["Hardening", "HostInventory", "ProcessTable", "StrictJSON", "SeededRandom"],
            swiftSettings: swift),
        .testTarget(
            name: "FleetSweepTests",
            dependencies: ["FleetSweep", "SSH", "Hardening", "HostInventory", "ProcessTable", "StrictYAML"],
            swiftSettings: swift),
        .testTarget(
            name: "SweepReportTests", dependencies: ["SweepReport", "Hardening", "ProcessTable", "StrictJSON"],
            exclude: ["Golden"], swiftSettings: swift),
        .testTarget(
            name: "SweepHistoryTests",
            dependencies: [
                "SweepHistory", "Hardening", "ProcessTable", "SeededRandom",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "EndToEndTests", dependencies: ["kubesweep", "loopback-host", "ProcessTable", "SeededRandom"],
            exclude: ["Expected"], swiftSettings: swift),
        .testTarget(
            name: "FuzzingTests", dependencies: ["Fuzzing", "ProcessTable"],
            exclude: ["Corpus", "Crashes", "Dictionaries"],
            swiftSettings: swift),
    ] + fuzzer,
    swiftLanguageModes: [.v6]
)
