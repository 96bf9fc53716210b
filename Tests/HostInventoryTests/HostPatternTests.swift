import SeededRandom
import Testing

@testable import HostInventory

struct HostPatternTests {
    @Test(arguments: [
        ("cp1", ["cp1"]),
        ("cp[1:3]", ["cp1", "cp2", "cp3"]),
        ("cp[01:03].eu", ["cp01.eu", "cp02.eu", "cp03.eu"]),
        ("cp[08:11]", ["cp08", "cp09", "cp10", "cp11"]),
        ("cp[8:11]", ["cp8", "cp9", "cp10", "cp11"]),
        ("cp[0:2]", ["cp0", "cp1", "cp2"]),
        ("cp[0:10:5]", ["cp0", "cp5", "cp10"]),
        ("cp[01:50:20]", ["cp01", "cp21", "cp41"]),
        ("[a:c]x", ["ax", "bx", "cx"]),
        ("[A:E:2]", ["A", "C", "E"]),
        ("r[1:2]c[a:b]", ["r1ca", "r1cb", "r2ca", "r2cb"]),
        ("[1:2][1:2]", ["11", "12", "21", "22"]),
        ("cp[7:7]", ["cp7"]),
        ("cp[999999999999999998:999999999999999999]", ["cp999999999999999998", "cp999999999999999999"]),
        ("cp[1:3:999999999999999999]", ["cp1"]),
    ])
    func `expands`(text: String, names: [String]) throws {
        let pattern = try HostPattern(text)
        #expect(pattern.names == names)
        #expect(pattern.count == names.count)
        #expect(pattern.firstName == names.first)
    }

    @Test(arguments: [
        ("cp[1:", "bracket without its partner", "cp[1:"),
        ("cp1]", "bracket without its partner", "cp1]"),
        ("cp]1[", "bracket without its partner", "cp]1["),
        ("cp[]", "host range must be [start:end] or [start:end:step]", "[]"),
        ("cp[1]", "host range must be [start:end] or [start:end:step]", "[1]"),
        ("cp[1:]", "host range must be [start:end] or [start:end:step]", "[1:]"),
        ("cp[:3]", "host range must be [start:end] or [start:end:step]", "[:3]"),
        ("cp[1:2:3:4]", "host range must be [start:end] or [start:end:step]", "[1:2:3:4]"),
        ("cp[1-3]", "host range must be [start:end] or [start:end:step]", "[1-3]"),
        ("cp[01:100]", "host range must have ends of equal width", "[01:100]"),
        ("cp[001:99]", "host range must have ends of equal width", "[001:99]"),
        ("cp[1:05]", "host range must have ends of equal width", "[1:05]"),
        ("cp[3:1]", "host range runs backwards", "[3:1]"),
        ("cp[c:a]", "host range runs backwards", "[c:a]"),
        ("cp[a:C]", "letters of a host range must be of the same case", "[a:C]"),
        ("cp[a:3]", "ends of a host range must be two numbers or two letters", "[a:3]"),
        ("cp[aa:cc]", "ends of a host range must be two numbers or two letters", "[aa:cc]"),
        ("cp[-1:3]", "ends of a host range must be two numbers or two letters", "[-1:3]"),
        (
            "cp[1:9999999999999999999]", "ends of a host range must be two numbers or two letters",
            "[1:9999999999999999999]"
        ),
        ("cp[[1:3]]", "ends of a host range must be two numbers or two letters", "[[1:3]"),
        ("cp[é:ö]", "ends of a host range must be two numbers or two letters", "[é:ö]"),
        ("cp[1:3:0]", "step of a host range must be a number above 0", "[1:3:0]"),
        ("cp[1:3:x]", "step of a host range must be a number above 0", "[1:3:x]"),
        ("cp[1:10001]", "host range stands for more than 10000 hosts", "[1:10001]"),
        ("[1:101][1:100]", "host range stands for more than 10000 hosts", "[1:101][1:100]"),
        (
            "[1:999999999999999999]", "host range stands for more than 10000 hosts", "[1:999999999999999999]"
        ),
    ])
    func `refuses`(text: String, message: String, piece: String) {
        #expect(throws: RangeProblem(message: message, text: piece)) { try HostPattern(text) }
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func `every range has as many names as its ends say, all different`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var text = "h"
        var expected = 1
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let first = Int.random(in: 0...120, using: &random)
            let last = first + Int.random(in: 0...20, using: &random)
            let step = Int.random(in: 1...5, using: &random)
            let width = Bool.random(using: &random) ? String(last).count + 1 : 0
            text += "-[\(padded(first, width)):\(padded(last, width)):\(step)]"
            expected *= (last - first) / step + 1
        }
        let names = try HostPattern(text).names
        #expect(names.count == expected, "\(text)")
        #expect(Set(names).count == expected, "\(text)")
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
