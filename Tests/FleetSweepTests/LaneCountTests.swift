import Glibc
import SSH
import Testing

@testable import FleetSweep

struct LaneCountTests {
    @Test(arguments: [(1, 1), (1000, 1), (1001, 2), (3000, 3), (Int.max, Int.max)])
    func `one lane for each thousand connections a second, at most one a core`(perSecond: Int, wanted: Int) {
        var options = SSHCapture.Options()
        options.limits.startsPerSecond = perSecond
        #expect(options.laneCount == min(wanted, max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))))
    }

    @Test func `by default one, and as many as are asked for`() {
        var options = SSHCapture.Options()
        #expect(options.laneCount == 1)
        options.lanes = 5
        #expect(options.laneCount == 5)
    }
}
