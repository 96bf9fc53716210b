/// That a sweep was ended before every host had its turn and its answer.
package struct EarlyEnd: Sendable, Equatable {
    /// What ended it, in words of ours; nil where the history does not say.
    package let cause: String?
    /// Hosts that were to be asked.
    package let hosts: Int
    /// Of these, the hosts that were not seen because of it.
    package let abandoned: Int

    package init(cause: String?, hosts: Int, abandoned: Int) {
        self.cause = cause
        self.hosts = hosts
        self.abandoned = abandoned
    }

    /// Nil where every host had its turn and its answer, however late.
    package init?(_ states: [HostState], cause: String) {
        let abandoned = states.count { $0 == .abandoned }
        if abandoned == 0 { return nil }
        self.init(cause: cause, hosts: states.count, abandoned: abandoned)
    }

    /// For the first line that a person reads; from the history, so not yet printable.
    package var words: String {
        "\(cause ?? "the sweep was ended early"); because of it \(abandoned) of \(hosts) hosts were not seen"
    }
}
