import ArgumentParser
import FleetSweep
import SweepHistory
import SweepReport

extension HistoryCommand {
    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes old sweeps, and keeps those that something still needs.",
            discussion: """
                Whatever their age, these stay: baselines, the newest sweep, the last finished one of the whole \
                inventory, the last one that judged every host, and for each host of the newest inventory the last one \
                that saw it.
                """)

        @Option(help: ArgumentHelp("Remove sweeps that are older than so many days.", valueName: "days"))
        var olderThanDays: Int
        @Flag(help: "Remove nothing, only tell.") var dryRun = false
        @OptionGroup var state: StateOption

        mutating func validate() throws {
            guard (0...36_500).contains(olderThanDays) else {
                throw ValidationError("--older-than-days must be between 0 and 36500")
            }
        }

        func run() {
            do throws(CommandFailure) {
                try Console.result(Array(try prune().utf8))
            } catch {
                Console.end(error)
            }
        }

        private func prune() throws(CommandFailure) -> String {
            let retention = Retention(oldest: UTCTime(secondsBeforeNow: olderThanDays * 86_400).text)
            if dryRun {
                let store = try state.existing()
                let pruned = try stored { () throws(StoreError) in try store.prunable(retention) }
                return list(pruned) + "\(sum(pruned)) would be removed\n"
            }
            let (store, directory) = try state.writable()
            let lock = try lock(directory)
            let pruned = try stored { () throws(StoreError) in try store.prune(retention) }
            withExtendedLifetime(lock) {}
            if let obstacle = pruned.obstacle {
                Console.talk("the file keeps its size: \(printable(obstacle.message, limit: 500))")
            }
            return list(pruned)
                + "\(sum(pruned)) removed, \(pruned.bytesBefore) bytes before, \(pruned.bytesAfter) after\n"
        }

        /// A sweep that is being written must not lose what it refers to.
        private func lock(_ directory: StateDirectory) throws(CommandFailure) -> SweepLock {
            do throws(SweepLock.Failure) {
                return try SweepLock(directory, holder: "prune")
            } catch {
                switch error {
                case .held(let holder): throw CommandFailure(.busy, "a sweep is under way: \(printable(holder))")
                case .cannotOpen(let error): throw CommandFailure(error)
                }
            }
        }

        private func list(_ pruned: Pruned) -> String { pruned.sweeps.map { "\(printable($0))\n" }.joined() }

        private func sum(_ pruned: Pruned) -> String {
            pruned.sweeps.count == 1 ? "1 sweep" : "\(pruned.sweeps.count) sweeps"
        }
    }
}
