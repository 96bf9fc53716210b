/// What leads to a host that is not reached directly.
package struct Passage: Sendable, Hashable {
    /// The bastions or the command.
    package var name: String
    /// Hosts that may be under way behind it at once.
    package var places: Int

    package init(name: String, places: Int) {
        self.name = name
        self.places = max(1, places)
    }

    /// As many as one session of the engine's carries: each is a channel, and no login.
    static let ownSessionPlaces = 64
    /// Hosts that try a way which has let none through yet, or lets none through any more: the others would take the places
    /// of hosts that are reached otherwise.
    static let trialPlaces = 4
    /// Below the 10 logins at a time that an sshd takes by default (MaxStartups): a proxy command may log in to its
    /// bastion for each host, and each host is a process here.
    static let programPlaces = 8
}
