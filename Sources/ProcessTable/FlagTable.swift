/// A component's flags by name, found by the bytes of a word without making a `String` of them first. Open addressing
/// with linear probing; a table is at least half empty, so no word makes a search long.
struct FlagTable: Sendable {
    /// Sorted; a flag's entry is its place here.
    let names: [String]
    let kinds: [FlagKind]
    /// The names' UTF-8, one after the other.
    private var bytes: [UInt8] = []
    /// Entry to the range of its name in `bytes`.
    private var ranges: [Range<Int>] = []
    /// An entry or -1; their number is a power of two.
    private var slots: [Int]

    init(_ kinds: [String: FlagKind]) {
        let sorted = kinds.sorted { $0.key < $1.key }
        names = sorted.map(\.key)
        self.kinds = sorted.map(\.value)
        var size = 2
        while size < 2 * names.count { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for (entry, name) in names.enumerated() {
            ranges.append(bytes.count..<(bytes.count + name.utf8.count))
            bytes += name.utf8
            var slot = bytes.withUnsafeBufferPointer { hash(UnsafeBufferPointer(rebasing: $0[ranges[entry]]), false) }
            while slots[slot & (size - 1)] >= 0 { slot &+= 1 }
            slots[slot & (size - 1)] = entry
        }
    }

    /// - Parameter foldsUnderscores: whether `_` is read as `-`.
    func entry(of name: UnsafeBufferPointer<UInt8>, foldsUnderscores: Bool) -> Int? {
        var slot = hash(name, foldsUnderscores) & (slots.count - 1)
        while slots[slot] >= 0 {
            if isEqual(slots[slot], name, foldsUnderscores) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    func entry(of name: String) -> Int? {
        var name = name
        return name.withUTF8 { entry(of: $0, foldsUnderscores: false) }
    }

    private func isEqual(_ entry: Int, _ name: UnsafeBufferPointer<UInt8>, _ foldsUnderscores: Bool) -> Bool {
        let range = ranges[entry]
        guard range.count == name.count else { return false }
        for offset in name.indices where bytes[range.lowerBound + offset] != folded(name[offset], foldsUnderscores) {
            return false
        }
        return true
    }

    /// FNV-1a (RFC 9923).
    private func hash(_ name: UnsafeBufferPointer<UInt8>, _ foldsUnderscores: Bool) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = (hash ^ UInt64(folded(byte, foldsUnderscores))) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private func folded(_ byte: UInt8, _ foldsUnderscores: Bool) -> UInt8 {
        foldsUnderscores && byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte
    }
}
