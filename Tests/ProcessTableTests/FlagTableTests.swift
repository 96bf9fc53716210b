import Testing

@testable import ProcessTable

struct FlagTableTests {
    @Test(arguments: [0, 1, 2, 3, 4, 200])
    func `finds each of its names and no other`(count: Int) {
        let names = (0..<count).map { "flag-\($0)" }
        let table = FlagTable(Dictionary(uniqueKeysWithValues: names.map { ($0, FlagKind.bool) }))
        #expect(table.names == names.sorted())
        for (entry, name) in table.names.enumerated() {
            #expect(table.entry(of: name) == entry)
            for stranger in [name + "x", String(name.dropLast()) + "x", "", "f"] {
                #expect(table.entry(of: stranger) == nil)
            }
        }
    }

    @Test(arguments: [("audit-log-path", true, 0), ("audit_log-path", true, 0), ("audit_log-path", false, nil)])
    func `reads an underscore as a dash where the grammar does`(name: String, folds: Bool, entry: Int?) {
        let table = FlagTable(["audit-log-path": .string, "v": .int])
        #expect(Array(name.utf8).withUnsafeBufferPointer { table.entry(of: $0, foldsUnderscores: folds) } == entry)
    }
}
