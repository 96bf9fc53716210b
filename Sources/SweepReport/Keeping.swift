/// How much of what was seen a report for people keeps while it gathers; what is beyond is counted. A report shows a few
/// lines of each, so keeping all would only cost memory where the files are many.
struct Keeping {
    /// Names of one list of hosts.
    let places: Int
    /// Different values of one check, notes, failures of one kind.
    let sights: Int

    /// For records that are in memory anyway.
    static let all = Keeping(places: .max, sights: .max)
    /// For a stream of files of any length.
    static let some = Keeping(places: 1000, sights: 200)
}
