import ProcessTable
import Testing

/// A syntax with one or two flags of every kind, under kube-apiserver's names.
let apiServerSyntax = FlagSyntax(
    style: .pflag,
    kinds: [
        "anonymous-auth": .bool, "profiling": .bool, "secure-port": .int, "audit-log-maxage": .int, "v": .int,
        "help": .bool, "kube-api-qps": .float, "request-timeout": .duration, "bind-address": .ip,
        "token-auth-file": .string, "audit-log-path": .string, "enable-admission-plugins": .stringSlice,
        "authorization-mode": .stringSlice, "service-account-key-file": .stringArray, "feature-gates": .gates,
        "runtime-config": .map,
    ],
    shorthands: ["v": "v", "h": "help"])

/// Name and value of every occurrence, as `name=value`.
func summary(_ parsed: ParsedFlags) -> [String] { parsed.occurrences.map { $0.name + "=" + $0.value } }

/// Rows of a table executed against spf13/pflag 1.0.9 with component-base's value types.
struct GoldenVector: Sendable, CustomTestStringConvertible {
    var name: String
    var argv: [String]
    var flags: [String] = []
    var positionals: [Int] = []
    var error: String?
    var testDescription: String { name }
}

private let goldenVectors: [GoldenVector] = [
    GoldenVector(name: "bare bool", argv: ["--anonymous-auth"], flags: ["anonymous-auth=true"]),
    GoldenVector(
        name: "bool then false", argv: ["--anonymous-auth", "false"], flags: ["anonymous-auth=true"], positionals: [1]),
    GoldenVector(name: "=False", argv: ["--anonymous-auth=False"], flags: ["anonymous-auth=False"]),
    GoldenVector(name: "=f", argv: ["--anonymous-auth=f"], flags: ["anonymous-auth=f"]),
    GoldenVector(name: "=0", argv: ["--anonymous-auth=0"], flags: ["anonymous-auth=0"]),
    GoldenVector(
        name: "=no", argv: ["--anonymous-auth=no"], flags: ["anonymous-auth=no"],
        error: #"invalid argument "no" for --anonymous-auth"#),
    GoldenVector(
        name: "=fAlse", argv: ["--anonymous-auth=fAlse"], flags: ["anonymous-auth=fAlse"],
        error: #"invalid argument "fAlse" for --anonymous-auth"#),
    GoldenVector(
        name: "bool =", argv: ["--anonymous-auth="], flags: ["anonymous-auth="],
        error: #"invalid argument "" for --anonymous-auth"#),
    GoldenVector(
        name: "=\"false\"", argv: ["--anonymous-auth=\"false\""], flags: ["anonymous-auth=\"false\""],
        error: #"invalid argument ""false"" for --anonymous-auth"#),
    GoldenVector(name: "underscore", argv: ["--anonymous_auth=false"], flags: ["anonymous-auth=false"]),
    GoldenVector(
        name: "repeated bool", argv: ["--anonymous-auth=false", "--anonymous-auth=true"],
        flags: ["anonymous-auth=false", "anonymous-auth=true"]),
    GoldenVector(
        name: "one dash", argv: ["-anonymous-auth=false"], positionals: [0],
        error: #"unknown shorthand flag "a" in "-anonymous-auth=false""#),
    GoldenVector(
        name: "upper case", argv: ["--Anonymous-Auth=false"], flags: ["Anonymous-Auth=false"],
        error: "unknown flag: --Anonymous-Auth"),
    GoldenVector(
        name: "= false in one argument", argv: ["--profiling= false"], flags: ["profiling= false"],
        error: #"invalid argument " false" for --profiling"#),
    GoldenVector(
        name: "repeated slice", argv: ["--enable-admission-plugins=A,B", "--enable-admission-plugins=C"],
        flags: ["enable-admission-plugins=A,B", "enable-admission-plugins=C"]),
    GoldenVector(
        name: "slice with a space", argv: ["--enable-admission-plugins=A, B"], flags: ["enable-admission-plugins=A, B"]),
    GoldenVector(
        name: "separate slice", argv: ["--enable-admission-plugins", "A,B"], flags: ["enable-admission-plugins=A,B"]),
    GoldenVector(
        name: "slice takes a flag", argv: ["--enable-admission-plugins", "--profiling=false"],
        flags: ["enable-admission-plugins=--profiling=false"]),
    GoldenVector(
        name: "both spellings", argv: ["--enable_admission_plugins=A", "--enable-admission-plugins=B"],
        flags: ["enable-admission-plugins=A", "enable-admission-plugins=B"]),
    GoldenVector(
        name: "separate int", argv: ["--secure-port", "443"], flags: ["secure-port=443"]),
    GoldenVector(
        name: "int abc", argv: ["--secure-port=abc"], flags: ["secure-port=abc"],
        error: #"invalid argument "abc" for --secure-port"#),
    GoldenVector(
        name: "int =", argv: ["--secure-port="], flags: ["secure-port="],
        error: #"invalid argument "" for --secure-port"#),
    GoldenVector(
        name: "int 30d", argv: ["--audit-log-maxage=30d"], flags: ["audit-log-maxage=30d"],
        error: #"invalid argument "30d" for --audit-log-maxage"#),
    GoldenVector(
        name: "duration 60", argv: ["--request-timeout=60"], flags: ["request-timeout=60"],
        error: #"invalid argument "60" for --request-timeout"#),
    GoldenVector(
        name: "gate without value", argv: ["--feature-gates=A"], flags: ["feature-gates=A"],
        error: #"invalid argument "A" for --feature-gates"#),
    GoldenVector(
        name: "bind-address bogus", argv: ["--bind-address=bogus"], flags: ["bind-address=bogus"],
        error: #"invalid argument "bogus" for --bind-address"#),
    GoldenVector(name: "string =", argv: ["--token-auth-file="], flags: ["token-auth-file="]),
    GoldenVector(
        name: "string last", argv: ["--token-auth-file"], positionals: [0],
        error: "flag needs an argument: --token-auth-file"),
    GoldenVector(
        name: "shorthand last", argv: ["-hv"], flags: ["help=true"], error: "flag needs an argument: --v"),
    GoldenVector(
        name: "string takes a flag", argv: ["--token-auth-file", "--profiling=false"],
        flags: ["token-auth-file=--profiling=false"]),
    GoldenVector(name: "dash as value", argv: ["--audit-log-path", "-"], flags: ["audit-log-path=-"]),
    GoldenVector(name: "after --", argv: ["--", "--anonymous-auth=false"], positionals: [0, 1]),
    GoldenVector(
        name: "after a positional", argv: ["foo", "--anonymous-auth=false"], flags: ["anonymous-auth=false"],
        positionals: [0]),
    GoldenVector(name: "unknown", argv: ["--unknown=1"], flags: ["unknown=1"], error: "unknown flag: --unknown"),
    GoldenVector(name: "-v2", argv: ["-v2"], flags: ["v=2"]),
    GoldenVector(name: "-v=2", argv: ["-v=2"], flags: ["v=2"]),
    GoldenVector(name: "-v 2", argv: ["-v", "2"], flags: ["v=2"]),
    GoldenVector(name: "--v=2", argv: ["--v=2"], flags: ["v=2"]),
    GoldenVector(name: "-hv2", argv: ["-hv2"], flags: ["help=true", "v=2"]),
    GoldenVector(name: "--=x", argv: ["--=x"], positionals: [0], error: #"bad flag syntax: "--=x""#),
    GoldenVector(name: "---x", argv: ["---x"], positionals: [0], error: #"bad flag syntax: "---x""#),
    GoldenVector(name: "value with =", argv: ["--token-auth-file=a=b"], flags: ["token-auth-file=a=b"]),
    GoldenVector(name: "empty argument", argv: ["", "--profiling"], flags: ["profiling=true"], positionals: [0]),
]

@Test(arguments: goldenVectors)
func `reads an argv as pflag does`(_ vector: GoldenVector) {
    let parsed = apiServerSyntax.parse(argv: vector.argv)
    #expect(summary(parsed) == vector.flags)
    #expect(parsed.positionals == vector.positionals)
    #expect(parsed.error == vector.error)
    #expect(parsed.ambiguity == nil)
}

/// The same table's rows that are about values: what the flag amounts to once all occurrences are read.
private let goldenValues: [(argv: [String], value: String)] = [
    (["--anonymous-auth"], "true"),
    (["--anonymous-auth", "false"], "true"),
    (["--anonymous-auth=False"], "false"),
    (["--anonymous-auth=f"], "false"),
    (["--anonymous-auth=0"], "false"),
    (["--anonymous-auth=no"], "error"),
    (["--anonymous-auth=fAlse"], "error"),
    (["--anonymous-auth="], "error"),
    (["--anonymous-auth=\"false\""], "error"),
    (["--anonymous_auth=false"], "false"),
    (["--anonymous-auth=false", "--anonymous-auth=true"], "true"),
    (["--profiling= false"], "error"),
    (["--enable-admission-plugins=A,B", "--enable-admission-plugins=C"], #"["A", "B", "C"]"#),
    (["--enable-admission-plugins=", "--enable-admission-plugins=A"], #"["A"]"#),
    (["--enable-admission-plugins=A, B"], #"["A", " B"]"#),
    (["--enable-admission-plugins=A,"], #"["A", ""]"#),
    (["--enable-admission-plugins=\"A\",\"B\""], #"["A", "B"]"#),
    (["--enable-admission-plugins", "A,B"], #"["A", "B"]"#),
    (["--enable-admission-plugins", "--profiling=false"], #"["--profiling=false"]"#),
    (["--enable_admission_plugins=A", "--enable-admission-plugins=B"], #"["A", "B"]"#),
    (["--authorization-mode=Node", "--authorization-mode=RBAC"], #"["Node", "RBAC"]"#),
    (["--authorization-mode="], "[]"),
    (["--service-account-key-file=a,b", "--service-account-key-file=c"], #"["a,b", "c"]"#),
    (["--secure-port=0x1F"], "31"),
    (["--secure-port=010"], "8"),
    (["--secure-port", "443"], "443"),
    (["--secure-port=abc"], "error"),
    (["--secure-port="], "error"),
    (["--audit-log-maxage=-1"], "-1"),
    (["--audit-log-maxage=1_000"], "1000"),
    (["--audit-log-maxage=+30"], "30"),
    (["--audit-log-maxage=30d"], "error"),
    (["--request-timeout=300s"], "300000000000 ns"),
    (["--request-timeout=60"], "error"),
    (["--request-timeout=0"], "0 ns"),
    (["--request-timeout=1m30s"], "90000000000 ns"),
    (["--feature-gates=A=true", "--feature-gates=A=false,B=1"], ":A=true :A=false :B=true"),
    (["--feature-gates= A = false ,,B=t"], ":A=false :B=true"),
    (["--feature-gates=A"], "error"),
    (["--feature-gates=AdvancedAuditing=false", "--feature-gates=kube:X=true"], ":AdvancedAuditing=false kube:X=true"),
    (["--bind-address="], "default"),
    (["--bind-address=::"], "16 bytes, unspecified"),
    (["--bind-address=bogus"], "error"),
    (["--token-auth-file="], ""),
    (["--token-auth-file", "--profiling=false"], "--profiling=false"),
    (["--audit-log-path", "-"], "-"),
    (["foo", "--anonymous-auth=false"], "false"),
    (["-v2"], "2"),
    (["-v=2"], "2"),
    (["--v=2"], "2"),
]

@Test(arguments: goldenValues)
func `values come to what pflag makes of them`(_ argv: [String], _ value: String) throws {
    let occurrences = apiServerSyntax.parse(argv: argv).occurrences
    let last = try #require(occurrences.last)
    let kind = try #require(apiServerSyntax.kinds[last.name])
    #expect((reading(occurrences.map(\.value), as: kind) ?? "error") == value, "\(argv)")
}

/// The occurrences of one flag as one value: the last of a scalar, the sum of a list. Nil where one is invalid.
private func reading(_ values: [String], as kind: FlagKind) -> String? {
    guard values.allSatisfy({ FlagValue.isValid($0, for: kind) }), let last = values.last else { return nil }
    return switch kind {
    case .bool: FlagValue.bool(last).map { "\($0)" }
    case .int: FlagValue.int(last).map { "\($0)" }
    case .float: FlagValue.float(last).map { "\($0)" }
    case .duration: FlagValue.duration(last).map { "\($0) ns" }
    case .stringSlice: "\(values.flatMap { FlagValue.stringSlice($0) ?? [] })"
    case .stringArray: "\(values)"
    case .gates:
        values.flatMap { FlagValue.gates($0) ?? [] }.map { "\($0.component ?? ""):\($0.name)=\($0.isEnabled)" }
            .joined(separator: " ")
    case .ip:
        switch FlagValue.ip(last) {
        case .keepsDefault: "default"
        case .address(let address): "\(address.bytes.count) bytes" + (address.isUnspecified ? ", unspecified" : "")
        case nil: nil
        }
    case .string, .map: last
    }
}

/// What the words of a row give, and whether another split would change it.
struct LineCase: Sendable, CustomTestStringConvertible {
    var line: String
    var flags: [String]
    var positionals: [Int] = []
    var ambiguity: String?
    var testDescription: String { line }
}

private let lineCases: [LineCase] = [
    LineCase(line: "--profiling=false --secure-port=6443", flags: ["profiling=false", "secure-port=6443"]),
    LineCase(
        line: "--enable-admission-plugins=A, B --profiling=false",
        flags: ["enable-admission-plugins=A, B", "profiling=false"],
        ambiguity: #"the value of --enable-admission-plugins may end before "B""#),
    LineCase(
        line: "--audit-log-path=/var/log/my  dir/x",
        flags: ["audit-log-path=/var/log/my  dir/x"],
        ambiguity: #"the value of --audit-log-path may end before """#),
    LineCase(
        line: "--audit-log-path=/var/log/x  --profiling=false",
        flags: ["audit-log-path=/var/log/x", "profiling=false"],
        positionals: [1]),
    LineCase(
        line: "--audit-log-path /var/log/my dir/x", flags: ["audit-log-path=/var/log/my"], positionals: [2],
        ambiguity: #"the value of --audit-log-path may go on with "dir/x""#),
    LineCase(line: "--audit-log-path /x --profiling=false", flags: ["audit-log-path=/x", "profiling=false"]),
    LineCase(line: "--audit-log-path  --profiling=false", flags: ["audit-log-path=", "profiling=false"]),
    LineCase(line: "--secure-port=443 stray", flags: ["secure-port=443"], positionals: [1]),
    LineCase(
        line: "--profiling false --secure-port=443", flags: ["profiling=true", "secure-port=443"], positionals: [1],
        ambiguity: #"--profiling is followed by "false", which it does not take as its value"#),
    LineCase(line: "--profiling stray", flags: ["profiling=true"], positionals: [1]),
    LineCase(
        line: #"\ --audit-log-path=/x \ --profiling=false \"#, flags: ["audit-log-path=/x", "profiling=false"],
        positionals: [0, 2, 4]),
    LineCase(line: "--new-flag value --profiling=false", flags: ["new-flag=value", "profiling=false"]),
    LineCase(line: "--new-flag --profiling=false", flags: ["new-flag=true", "profiling=false"]),
    LineCase(line: "--new-flag=a b --profiling=false", flags: ["new-flag=a b", "profiling=false"]),
    LineCase(line: "--token-auth-file --profiling=false", flags: ["token-auth-file=--profiling=false"]),
]

@Test(arguments: lineCases)
func `reads the words of a row`(_ row: LineCase) {
    let parsed = apiServerSyntax.parse(words(row.line))
    #expect(summary(parsed) == row.flags)
    #expect(parsed.positionals == row.positionals)
    #expect(parsed.ambiguity == row.ambiguity)
    #expect(parsed.error == nil)
}

func words(_ line: String) -> [String] {
    line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
}

@Test func `gives the arguments that a flag stands in`() {
    func entry(_ name: String) -> Int? { apiServerSyntax.names.firstIndex(of: name) }
    let parsed = apiServerSyntax.parse(words("--profiling --audit-log-path /x --new=a b c --v=2"))
    #expect(
        parsed.occurrences == [
            FlagOccurrence(name: "profiling", value: "true", arguments: 0..<1, entry: entry("profiling")),
            FlagOccurrence(name: "audit-log-path", value: "/x", arguments: 1..<3, entry: entry("audit-log-path")),
            FlagOccurrence(name: "new", value: "a b c", arguments: 3..<6, entry: nil),
            FlagOccurrence(name: "v", value: "2", arguments: 6..<7, entry: entry("v")),
        ])
}

@Test(arguments: [
    ("--profiling=false --anonymous-au", ["profiling=false"]),
    ("--profiling=false --secure-port=64", ["profiling=false"]),
    ("--profiling=false --audit-log-path /var/lo", ["profiling=false"]),
    ("--profiling=false --audit-log-path", ["profiling=false"]),
    ("--profiling=false --audit-log-path ", ["profiling=false"]),
    ("--profiling=false --audit-log-path=/my di", ["profiling=false"]),
    ("--profiling=false --anonymous-auth=fal", ["profiling=false"]),
    ("--profiling=false --new-flag valu", ["profiling=false"]),
    ("--profiling=false --profiling fal", ["profiling=false", "profiling=true"]),
    ("--profiling", []),
    (#"--secure-port=1 --audit-log-path=/x y \"#, ["secure-port=1"]),
    (#"--secure-port=1 --new \"#, ["secure-port=1"]),
])
func `leaves out what a cut may have changed`(_ line: String, _ flags: [String]) {
    let parsed = apiServerSyntax.parse(words(line), isCut: true)
    #expect(summary(parsed) == flags)
    #expect(parsed.positionals == [])
    #expect(parsed.error == nil)
}

@Test func `a cut command without arguments has no flags`() {
    #expect(apiServerSyntax.parse([], isCut: true) == ParsedFlags(occurrences: []))
}

private let etcdSyntax = FlagSyntax(
    style: .goFlag,
    kinds: [
        "client-cert-auth": .bool, "cert-file": .string, "listen-client-urls": .stringSlice, "quota": .int,
    ])

@Test(
    arguments: [
        ("-cert-file=a --cert-file=b", ["cert-file=a", "cert-file=b"], [], nil),
        ("-cert-file a -client-cert-auth", ["cert-file=a", "client-cert-auth=true"], [], nil),
        ("--cert_file=a", ["cert_file=a"], [], nil),
        ("--client-cert-auth=t", ["client-cert-auth=t"], [], nil),
        (
            "--client-cert-auth=yes", ["client-cert-auth=yes"], [], #"invalid argument "yes" for --client-cert-auth"#
        ),
        ("--quota=1 stray --cert-file=b", ["quota=1"], [1, 2], #""stray" is not a flag"#),
        ("--quota=1 - --cert-file=b", ["quota=1"], [1, 2], #""-" is not a flag"#),
        ("--quota=1 -- --cert-file=b", ["quota=1"], [1, 2], nil),
        ("--listen-client-urls=\"a", ["listen-client-urls=\"a"], [], nil),
        ("--cert-file", [], [0], "flag needs an argument: --cert-file"),
    ] as [(String, [String], [Int], String?)])
func `reads etcd's words as Go's flag package does`(
    _ line: String, _ flags: [String], _ positionals: [Int], _ error: String?
) {
    let parsed = etcdSyntax.parse(words(line))
    #expect(summary(parsed) == flags)
    #expect(parsed.positionals == positionals)
    #expect(parsed.error == error)
}
