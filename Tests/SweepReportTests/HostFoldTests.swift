import Testing

@testable import SweepReport

struct HostFoldTests {
    @Test(arguments: [
        ([], []),
        (["cp"], ["cp"]),
        (["cp1"], ["cp1"]),
        (["cp1", "cp2", "cp3"], ["cp[1:3]"]),
        (["cp1.eu", "cp2.eu", "cp1.us"], ["cp[1:2].eu", "cp1.us"]),
        // Sorted as text, as the record is.
        (["cp1", "cp10", "cp11", "cp2", "cp9"], ["cp[1:2]", "cp[9:11]"]),
        (["cp01", "cp02", "cp09", "cp10"], ["cp[01:02]", "cp[09:10]"]),
        // A padded start has one width throughout.
        (["cp08", "cp09", "cp10", "cp99", "cp100"], ["cp[08:10]", "cp[99:100]"]),
        (["cp098", "cp099", "cp100"], ["cp[098:100]"]),
        (["cp98", "cp99", "cp100"], ["cp[98:100]"]),
        (["cp09", "cp10", "cp100", "cp101"], ["cp[09:10]", "cp[100:101]"]),
        // Of different widths.
        (["cp1", "cp02", "cp3"], ["cp1", "cp02", "cp3"]),
        (["cp0", "cp1", "cp00", "cp01"], ["cp0", "cp[00:01]", "cp1"]),
        (["cp1", "cp3", "cp5"], ["cp1", "cp3", "cp5"]),
        (["k8s-cp1.eu2", "k8s-cp2.eu2"], ["k8s-cp[1:2].eu2"]),
        (["r1c1", "r1c2", "r2c1", "r2c2"], ["r1c[1:2]", "r2c[1:2]"]),
        (["r1c1", "r2c2"], ["r1c1", "r2c2"]),
        (["a", "b", "c"], ["a", "b", "c"]),
        (["b2", "a1", "b1", "a2"], ["b[1:2]", "a[1:2]"]),
        (["x", "x"], ["x", "x"]),
        (["cp1", "cp1", "cp2"], ["cp1", "cp[1:2]"]),
        (["1", "2"], ["[1:2]"]),
        ([""], [""]),
        // Int.max and the number after it.
        (["n9223372036854775807", "n9223372036854775808"], ["n9223372036854775807", "n9223372036854775808"]),
        (["n9223372036854775806", "n9223372036854775807"], ["n[9223372036854775806:9223372036854775807]"]),
        // Digits of other scripts are letters here.
        (["cp١", "cp٢"], ["cp١", "cp٢"]),
    ])
    func `folds names that count up`(names: [String], texts: [String]) {
        let runs = folded(names)
        #expect(runs.map(\.text) == texts)
        #expect(runs.reduce(0) { $0 + $1.count } == names.count)
    }

    @Test func `a list that is too long ends with a count`() {
        var places = Places()
        for cluster in ["a", "b", "c", "d"] { for host in ["m1", "m2", "x"] { places.add(cluster, host) } }
        #expect(places.extent("host") == "12 hosts in 4 clusters")
        #expect(
            places.text(width: 20, lines: 3, noun: "host")
                == ["a/m[1:2], a/x,", "b/m[1:2], b/x,", "c/m[1:2], c/x,", "and 3 more hosts"])
        #expect(
            places.text(width: 20, lines: 4, noun: "host")
                == ["a/m[1:2], a/x,", "b/m[1:2], b/x,", "c/m[1:2], c/x,", "d/m[1:2], d/x"])
        #expect(places.text(width: 5, lines: 1, noun: "host") == ["a/m[1:2],", "and 10 more hosts"])
    }

    @Test func `a host of two processes counts once, and no cluster is no prefix`() {
        var places = Places()
        for file in ["a.txt", "a.txt", "b.txt"] { places.add("", file) }
        #expect(places.extent("file") == "2 files")
        #expect(places.text(width: 80, lines: 1, noun: "file") == ["a.txt, b.txt"])
        #expect(places.text(width: 6, lines: 1, noun: "file") == ["a.txt,", "and 1 more file"])
    }
}
