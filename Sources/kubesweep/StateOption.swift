import ArgumentParser
import Glibc
import SweepHistory
import SweepReport

/// Where the history is; every command that reads or writes it has this option.
struct StateOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The directory of the history. Default: $STATE_DIRECTORY, $XDG_STATE_HOME/kubesweep or ~/.local/state/kubesweep.",
            valueName: "directory"))
    var stateDir: String?

    /// Nil where neither the option nor the environment says where.
    var directory: StateDirectory? {
        StateDirectory.chosen(option: stateDir) { name in getenv(name).map { String(cString: $0) } }
    }

    /// The history that is there, to be read.
    func existing() throws(CommandFailure) -> SweepStore {
        let directory = try known()
        return try stored { () throws(StoreError) in try SweepStore.existing(directory) }
    }

    /// The history that is there, to be written to.
    func writable() throws(CommandFailure) -> (store: SweepStore, directory: StateDirectory) {
        let directory = try known()
        return (try stored { () throws(StoreError) in try SweepStore.writable(directory) }, directory)
    }

    private func known() throws(CommandFailure) -> StateDirectory {
        guard let directory else {
            throw CommandFailure(.usage, "where the history is cannot be told: set --state-dir or HOME")
        }
        return directory
    }
}

extension StateDirectory {
    /// What to say where every account can read the history; nil where none but its owner and its group can.
    var exposure: String? {
        isExposed
            ? "every account of this machine can read the history: chmod o= \(printable(database))" : nil
    }
}

extension CommandFailure {
    init(_ error: StoreError) {
        let status: ExitStatus =
            switch error.reason {
            case .missing, .noSuchSweep: .noInput
            case .foreign, .damaged, .newer: .badInput
            case .denied: .denied
            case .cannotCreate, .full, .readOnly, .disk, .other: .cannotWrite
            case .busy: .busy
            }
        self.init(status, "\(printable(error.message, limit: 500))\n\(printable(error.hint, limit: 500))")
    }
}

/// Runs what reads or writes the history, and tells its failures as a command does.
func stored<Value>(_ body: () throws(StoreError) -> Value) throws(CommandFailure) -> Value {
    do throws(StoreError) { return try body() } catch { throw CommandFailure(error) }
}
