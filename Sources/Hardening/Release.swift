/// A Kubernetes minor version: 24 stands for 1.24. Every release so far has the major version 1.
package struct Release: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let minor: Int

    package init(minor: Int) {
        self.minor = minor
    }

    /// Reads "1.24"; anything else is nil.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "1", let minor = Int(parts[1]), (0...999).contains(minor) else {
            return nil
        }
        self.minor = minor
    }

    package var description: String { "1.\(minor)" }
    package static func < (a: Release, b: Release) -> Bool { a.minor < b.minor }
}

/// A closed interval of releases.
package struct ReleaseRange: Sendable, Hashable, CustomStringConvertible {
    package var lower: Release
    package var upper: Release

    /// `lower` must not lie above `upper`.
    package init(_ lower: Release, _ upper: Release) {
        precondition(lower <= upper)
        self.lower = lower
        self.upper = upper
    }

    package func contains(_ release: Release) -> Bool { lower <= release && release <= upper }

    /// Nil where the two have no release in common.
    package func intersection(_ other: ReleaseRange) -> ReleaseRange? {
        let low = max(lower, other.lower)
        let high = min(upper, other.upper)
        return low <= high ? ReleaseRange(low, high) : nil
    }

    package var description: String { lower == upper ? "\(lower)" : "\(lower) to \(upper)" }

    /// Reads `1.24`, `1.20-1.23`, `>=1.24` and `<=1.19`; anything else is nil.
    package init?(text: String) {
        let oldest = Release(minor: 0)
        let newest = Release(minor: 999)
        if text.hasPrefix(">=") {
            guard let low = Release(text.dropFirst(2)) else { return nil }
            self.init(low, newest)
        } else if text.hasPrefix("<=") {
            guard let high = Release(text.dropFirst(2)) else { return nil }
            self.init(oldest, high)
        } else if let dash = text.firstIndex(of: "-") {
            guard let low = Release(text[..<dash]), let high = Release(text[text.index(after: dash)...]), low <= high
            else { return nil }
            self.init(low, high)
        } else {
            guard let only = Release(text) else { return nil }
            self.init(only, only)
        }
    }
}
