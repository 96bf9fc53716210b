import Hardening

extension SweepContents {
    /// What of a sweep that is to begin is not as it was in this one, in words; where anything is, this one cannot be gone
    /// on with.
    package func differences(from start: SweepStart) -> [String] {
        var differences: [String] = []
        if policy != start.policyDocument { differences.append("policy") }
        if fleet != start.fleet { differences.append("inventory") }
        // A part of which nobody wrote down what it was is like no other.
        if selection != start.selection || sweep.isPartial != (start.selection != nil) {
            differences.append("selection of hosts")
        }
        if waivers != start.waivers { differences.append("file of waivers") }
        if sweep.tool.version != start.tool.version { differences.append("release of kubesweep") }
        return differences
    }
}
