import ArgumentParser

/// How the program ends. Results are a small bit set, faults are sysexits, so that the two never look alike.
enum ExitStatus: Equatable {
    case result(hasFindings: Bool, isIncomplete: Bool)
    /// Of `doctor`.
    case health(hasProblems: Bool, hasUnreached: Bool)
    /// Of a comparison.
    case change(gotWorse: Bool, sight: Sight)
    case usage
    case badInput
    case noInput
    case cannotWrite
    /// Another sweep holds the lock of the state directory.
    case busy
    /// This account may not read the history.
    case denied
    case notComparable
    /// By the number of the signal.
    case interrupted(signal: Int32)
    case software

    /// What the newer of two sweeps saw.
    enum Sight {
        case held
        /// Something was seen before and is not any more, or the sweep was ended early.
        case less
        /// Nothing, or not what was asked for.
        case tooLittle
    }

    var code: Int32 {
        switch self {
        case .result(let hasFindings, let isIncomplete): (hasFindings ? 1 : 0) | (isIncomplete ? 2 : 0)
        case .health(let hasProblems, let hasUnreached): (hasProblems ? 1 : 0) | (hasUnreached ? 2 : 0)
        case .change(let gotWorse, let sight): (gotWorse ? 1 : 0) | (sight == .held ? 0 : 2)
        case .usage: 64
        case .badInput: 65
        case .noInput: 66
        case .cannotWrite: 73
        case .busy: 75
        case .denied: 77
        case .notComparable: 4
        case .software: 70
        case .interrupted(let signal): 128 + signal
        }
    }

    /// The sentence for the last line of the talk.
    var words: String {
        switch self {
        case .result(false, false): "complete, nothing to report"
        case .result(true, false): "complete, with findings"
        case .result(false, true): "no findings, but incomplete"
        case .result(true, true): "findings, and incomplete"
        case .health(false, false): "ready"
        case .health(true, false): "problems found"
        case .health(false, true): "some hosts were not reached"
        case .health(true, true): "problems found, and some hosts were not reached"
        case .change(false, .held): "nothing got worse"
        case .change(true, .held): "findings are new or got worse"
        case .change(false, .less): "no finding got worse, but less was seen than before"
        case .change(true, .less): "findings got worse, and less was seen than before"
        case .change(false, .tooLittle): "no finding got worse, but too little was seen"
        case .change(true, .tooLittle): "findings got worse, and too little was seen"
        case .usage: "wrong usage"
        case .badInput: "bad input"
        case .noInput: "input cannot be read"
        case .cannotWrite: "a report or the history cannot be written"
        case .busy: "another sweep is under way"
        case .denied: "the history may not be read"
        case .notComparable: "there is nothing to compare with"
        case .software: "an error of kubesweep itself"
        case .interrupted: "interrupted; what was seen until then is reported"
        }
    }
}

/// A call that ends before its work is done.
struct CommandFailure: Error {
    let status: ExitStatus
    /// Printed to standard error, each line as it is.
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
