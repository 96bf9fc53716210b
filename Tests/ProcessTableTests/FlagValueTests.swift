import ProcessTable
import Testing

@Test(arguments: ["1", "t", "T", "TRUE", "true", "True"])
func `reads as true`(_ text: String) { #expect(FlagValue.bool(text) == true) }

@Test(arguments: ["0", "f", "F", "FALSE", "false", "False"])
func `reads as false`(_ text: String) { #expect(FlagValue.bool(text) == false) }

@Test(arguments: ["", "yes", "no", "on", "fAlse", "tRUE", " true", "true ", "\"true\"", "00"])
func `is no boolean`(_ text: String) { #expect(FlagValue.bool(text) == nil) }

@Test(
    arguments: [
        ("0", 0), ("-0", 0), ("6443", 6443), ("-1", -1), ("+30", 30), ("0x1F", 31), ("0X1f", 31), ("0o17", 15),
        ("0b101", 5), ("010", 8), ("1_000", 1000), ("0x_1F", 31), ("0_7", 7), ("00", 0),
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("0x7fffffffffffffff", Int64.max),
        ("abc", nil), ("", nil), ("-", nil), ("+", nil), ("30d", nil), (" 1", nil), ("1 ", nil), ("1.0", nil),
        ("08", nil),
        ("_1", nil), ("1_", nil), ("1__0", nil), ("0x", nil), ("0b2", nil), ("0b", nil), ("--1", nil), ("_", nil),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999999", nil), ("１", nil),
    ] as [(String, Int64?)])
func `reads an integer as strconv does with base 0`(_ text: String, _ value: Int64?) {
    #expect(FlagValue.int(text) == value)
}

@Test(
    arguments: [
        ("50", 50), ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("-1e3", -1000), ("1E-2", 0.01), ("0x1p-2", 0.25),
        ("1_000.5", 1000.5), ("inf", .infinity), ("-Infinity", -.infinity),
        ("", nil), (".", nil), ("e5", nil), ("1e", nil), ("1e+", nil), ("0x1", nil), ("1__0", nil), ("_1", nil),
        ("1e999", nil), (" 1", nil), ("1.2.3", nil), ("nano", nil),
    ] as [(String, Double?)])
func `reads a float as strconv does`(_ text: String, _ value: Double?) {
    #expect(FlagValue.float(text) == value)
}

@Test(
    arguments: [
        ("0", 0), ("+0", 0), ("300s", 300_000_000_000), ("1m30s", 90_000_000_000), ("1h30m", 5_400_000_000_000),
        ("1.5s", 1_500_000_000), (".5s", 500_000_000), ("5.s", 5_000_000_000), ("-1m", -60_000_000_000), ("7ns", 7),
        ("1us", 1000), ("1µs", 1000), ("1μs", 1000), ("2ms", 2_000_000), ("1s9m3h", 11_341_000_000_000),
        ("2562047h47m16.854775807s", Int64.max), ("-2562047h47m16.854775808s", Int64.min),
        ("0.3333333333333333333h", 1_200_000_000_000), ("9007199254740993ns", 9_007_199_254_740_993),
        ("60", nil), ("", nil), ("-", nil), ("s", nil), (".s", nil), ("1", nil), ("1 s", nil), (" 1s", nil),
        ("1d", nil),
        ("1S", nil), ("1s1", nil), ("3000000h", nil), ("9223372036854775808ns", nil), ("99999999999999999999s", nil),
        ("2562047h47m16.854775808s", nil), ("00", nil), ("1ss", nil), ("1-s", nil),
    ] as [(String, Int64?)])
func `reads a duration as Go does, in nanoseconds`(_ text: String, _ value: Int64?) {
    #expect(FlagValue.duration(text) == value)
}

// The first twelve are those of Go's time_test.go, TestDurationString.
@Test(
    arguments: [
        (0, "0s"), (1, "1ns"), (1_100, "1.1µs"), (2_200_000, "2.2ms"), (3_300_000_000, "3.3s"),
        (245_000_000_000, "4m5s"),
        (245_001_000_000, "4m5.001s"), (18_367_001_000_000, "5h6m7.001s"), (480_000_000_001, "8m0.000000001s"),
        (Int64.max, "2562047h47m16.854775807s"), (Int64.min, "-2562047h47m16.854775808s"), (60_000_000_000, "1m0s"),
        (-1_500_000, "-1.5ms"), (3_600_000_000_000, "1h0m0s"),
    ] as [(Int64, String)])
func `prints a duration as Go does`(_ value: Int64, _ text: String) {
    #expect(FlagValue.text(ofDuration: value) == text)
    #expect(FlagValue.duration(text) == value)
}

@Test(
    arguments: [
        ("127.0.0.1", [127, 0, 0, 1]), (" 10.0.0.1 ", [10, 0, 0, 1]), ("::ffff:10.0.0.1", [10, 0, 0, 1]),
        ("::", [UInt8](repeating: 0, count: 16)), ("::1", [UInt8](repeating: 0, count: 15) + [1]),
        ("1::", [0, 1] + [UInt8](repeating: 0, count: 14)),
        ("fe80::1:2", [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]),
        ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
        ("bogus", nil), ("10.0.0", nil), ("10.0.0.256", nil), ("010.0.0.1", nil), ("10.0.0.1.1", nil), (" ", nil),
        (":", nil), (":::", nil), ("1::2::3", nil), ("1:2:3:4:5:6:7", nil), ("1:2:3:4:5:6:7:8:9", nil), ("1:", nil),
        (":1", nil), ("12345::", nil), ("fe80::1%eth0", nil), ("::10.0.0.1:1", nil), ("1:2:3:4:5:6:7::8", nil),
        ("::+1", nil), ("::-0", nil), ("10.0..1", nil), ("0x7f.0.0.1", nil),
    ] as [(String, [UInt8]?)])
func `reads an address as Go does`(_ text: String, _ bytes: [UInt8]?) {
    let expected = bytes.flatMap { bytes in FlagValue.IP.address(IPAddress(bytes: bytes)) }
    #expect(FlagValue.ip(text) == expected)
}

@Test func `an empty address keeps the default`() { #expect(FlagValue.ip("") == .keepsDefault) }

@Test(arguments: [
    ("127.0.0.1", true, false), ("127.9.9.9", true, false), ("::1", true, false), ("::ffff:127.0.0.1", true, false),
    ("0.0.0.0", false, true), ("::", false, true), ("10.0.0.1", false, false), ("::2", false, false),
    ("1::1", false, false),
])
func `tells loopback and unspecified addresses`(_ text: String, _ isLoopback: Bool, _ isUnspecified: Bool) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isLoopback == isLoopback)
    #expect(address.isUnspecified == isUnspecified)
}

@Test(
    arguments: [
        ("", []), ("A", ["A"]), ("A,B", ["A", "B"]), ("A, B", ["A", " B"]), ("A,", ["A", ""]), (",", ["", ""]),
        ("\"A\",\"B\"", ["A", "B"]), ("\"A,B\",C", ["A,B", "C"]), ("\"a\"\"b\"", ["a\"b"]), ("\"\"", [""]),
        ("A\nB", ["A"]), ("\n\nA", ["A"]), ("\"a\nb\",c", ["a\nb", "c"]), ("A\r\nB", ["A"]), ("A\r", ["A"]),
        (" ", [" "]),
        ("\"A\"\r\nB", ["A"]),
        ("A\"B", nil), ("A,\"B", nil), ("\"A\"B", nil), ("\"", nil), (" \"A\"", nil), ("\n", nil),
    ] as [(String, [String]?)])
func `reads a list as one CSV record`(_ text: String, _ values: [String]?) {
    #expect(FlagValue.stringSlice(text) == values)
}

@Test(
    arguments: [
        ("", []), ("A=true", [gate("A", true)]), ("A=false,B=1", [gate("A", false), gate("B", true)]),
        (" A = false ,,B=t", [gate("A", false), gate("B", true)]),
        ("AdvancedAuditing=false,kube:X=true", [gate("AdvancedAuditing", false), gate("X", true, "kube")]),
        ("A", nil), ("A=", nil), ("A=yes", nil), ("A=true,B", nil), ("A=true=", nil), (" ", nil),
    ] as [(String, [FlagValue.Gate]?)])
func `reads feature gates`(_ text: String, _ gates: [FlagValue.Gate]?) {
    #expect(FlagValue.gates(text) == gates)
}

private func gate(_ name: String, _ isEnabled: Bool, _ component: String? = nil) -> FlagValue.Gate {
    FlagValue.Gate(component: component, name: name, isEnabled: isEnabled)
}
