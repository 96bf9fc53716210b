import ArgumentParser
import FleetSweep
import Hardening
import SweepHistory

/// From which sweep on.
enum Since: ExpressibleByArgument, Equatable {
    /// RFC 3339, UTC.
    case moment(String)
    /// As `SweepStore.sweep` finds it.
    case sweep(String)

    init?(argument: String) {
        if let moment = Moment(day: argument) ?? Moment(rfc3339: argument) {
            self = .moment(UTCTime(seconds: moment.seconds).text)
        } else if ["latest", "baseline"].contains(argument)
            || argument.wholeMatch(of: #/[0-9]{8}(T([0-9]{0,6}|[0-9]{6}Z(-[0-9a-f]{0,4})?))?/#) != nil
        {
            self = .sweep(argument)
        } else {
            return nil
        }
    }

    /// The sweeps from there on, the oldest first.
    func sweeps(in store: SweepStore) throws(StoreError) -> [StoredSweep] {
        let sweeps = Array(try store.sweeps().reversed())
        switch self {
        case .moment(let moment): return sweeps.filter { $0.started >= moment }
        case .sweep(let name):
            let first = try store.sweep(name)
            return Array(sweeps.drop { $0 != first })
        }
    }
}
