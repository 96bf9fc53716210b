/// The minor version of Kubernetes a cluster runs, which is what decides flag defaults.
///
/// Equality, order and hash look at major and minor alone; `patch` rides along for the report.
package struct KubernetesVersion: Sendable, Comparable, Hashable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    /// What stood after the second dot, e.g. `4`, `4+k3s1`, `3-gke.100`; nil where nothing did.
    package var patch: String?

    package init(major: Int, minor: Int, patch: String? = nil) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads `1.31`, `v1.31.4`, `1.31.4+k3s1`, `v1.27.3-gke.100`; nil for anything else.
    package init?(_ text: String) {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "v") { rest.removeFirst() }
        let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Self.number(parts[0]), let minor = Self.number(parts[1]) else { return nil }
        self.major = major
        self.minor = minor
        guard parts.count == 3 else { return }
        let patch = parts[2]
        let digits = patch.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let suffix = patch.dropFirst(digits.count)
        guard Self.number(digits) != nil, Self.isSuffix(suffix) else { return nil }
        self.patch = String(Substring(patch))
    }

    /// Semantic versioning 2.0.0: a pre-release after `-` or build metadata after `+`, never empty.
    private static func isSuffix(_ suffix: Substring.UTF8View) -> Bool {
        guard let mark = suffix.first else { return true }
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "+"), (2...64).contains(suffix.count) else {
            return false
        }
        return suffix.dropFirst().allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
                true
            default: false
            }
        }
    }

    /// A decimal number of at most four digits, without a leading zero.
    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        return Int(Substring(digits))
    }

    /// Major and minor: `1.31`.
    package var description: String { "\(major).\(minor)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package static func == (left: Self, right: Self) -> Bool {
        (left.major, left.minor) == (right.major, right.minor)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
    }
}
