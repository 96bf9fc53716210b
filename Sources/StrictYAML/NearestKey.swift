/// The known key that a misspelt one most likely means: at most two edits away, and fewer edits than letters kept. Small
/// and capital letters count as the same.
package func nearestKey(to key: String, among known: [String]) -> String? {
    let typed = Array(key.lowercased().utf8)
    // No key is longer than this, so nothing longer can be near one.
    guard typed.count <= 64 else { return nil }
    let ranked = known.map { (key: $0, distance: editDistance(typed, Array($0.lowercased().utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= min(2, typed.count / 2) ? best.key : nil
}

/// Levenshtein's distance, in bytes.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var previous = Array(0...right.count)
    for (row, byte) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            let changed = previous[column] + (byte == other ? 0 : 1)
            current.append(min(changed, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
