import Fuzzing
import Glibc

/// libFuzzer's entry, one program for all targets: `KUBESWEEP_FUZZ` names the one to run. `Scripts/fuzz` builds and
/// starts it.
private let target: FuzzTarget = {
    let name = getenv("KUBESWEEP_FUZZ").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        fatalError("KUBESWEEP_FUZZ must name a target: \(names)")
    }
    return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(BrokenInvariant) {
        try target.run(UnsafeBufferPointer(start: start, count: count))
    } catch {
        fatalError("\(target.rawValue): \(error)")
    }
    return 0
}
