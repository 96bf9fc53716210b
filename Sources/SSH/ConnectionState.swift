extension Connection {
    /// Where a connection stands.
    enum State {
        /// A login at a bastion that failed is made again later.
        case pausing
        case resolving
        /// A bastion or proxy command is being opened.
        case proxying
        /// A session with the bastion is waited for, then its answer about the host.
        case tunnelling
        case connecting
        case awaitingBanner
        /// The banner is in; the key exchange needs a place.
        case parked
        case exchanging
        case authenticating(KeyOffers.Offer)
        /// Every key was refused: asking once what would be accepted.
        case askingMethods
        case opening
        case starting
        case reading
        /// Not read now: too much output waits here to be judged.
        case heldBack
        case closing
        /// A bastion's session: logged in, and carrying the connections of others.
        case carrying(Trunk)
        case finished

        /// What of a lane's room a connection in this state takes up. Waiting for a bastion or a proxy command is none:
        /// hosts that are reached otherwise must not wait for that.
        var gate: Gate {
            switch self {
            case .resolving, .connecting, .awaitingBanner, .parked: .connecting
            case .exchanging: .exchanging
            case .authenticating, .askingMethods, .opening, .starting, .reading, .heldBack, .closing, .carrying:
                .connected
            case .pausing, .proxying, .tunnelling, .finished: .none
            }
        }

        /// What did not come, for a deadline that passed.
        func missing(place: String, output: OutputReader) -> String {
            switch self {
            case .resolving: "no answer from the name service"
            case .tunnelling: "\(place): the bastion did not say whether it can connect"
            case .proxying: "\(place): the way there did not open"
            case .connecting: "\(place): no answer to the connection request"
            case .awaitingBanner: "\(place): connected, but no SSH version line came"
            case .parked, .exchanging: "\(place): the key exchange did not end"
            case .authenticating(let offer) where offer.request.isWaiting: "the agent did not sign"
            case .authenticating, .askingMethods: "\(place) did not answer the authentication"
            case .opening, .starting: "\(place) did not start the command"
            case .reading where output.hasFirstByte: "the output did not end; \(output.stdout.count) bytes had come"
            case .pausing, .reading, .heldBack, .closing, .carrying, .finished: "no byte of output came"
            }
        }
    }

    /// What the lane has to do next.
    enum Next {
        case wait
        /// There is more to do at once; others come first.
        case again
        /// The banner is in: `startExchange` when there is room.
        case needsExchange
        /// `resolved` with the addresses of this name.
        case needsName(String)
        /// `proxied` with the way through a bastion or proxy command.
        case needsProxy
        /// `enter` with a session of the bastion's.
        case needsTunnel
        /// This is now a bastion's session that tunnels can be opened on.
        case carries(Trunk)
        /// `readOn` when there is room for output.
        case heldBack
        /// This machine lacks something, and nothing of the host's was used up: everything once more, later. The failure
        /// is for when that is too late.
        case shortage(SSHFailure)
        case finished(SSHOutcome)
    }

    /// What of a lane's room this connection takes up.
    enum Gate {
        case none, connecting, exchanging, connected
    }

    /// What every connection of a lane has in common.
    struct Surroundings {
        let inbox: LaneInbox
        let limits: SSHLimits
        let policy: HostKeyPolicy
        let algorithms: Algorithms
        let firstUse: FirstUseKeys
        let clientBanner: String
        let proxies: Proxies
        let wakeups: Wakeups
        let budget: OutputBudget
        /// See `OpenFiles.firstKept`.
        let firstKept: Int32
        /// Read buffer of the lane, used within one step only.
        let buffer: UnsafeMutableBufferPointer<CChar>
    }
}
