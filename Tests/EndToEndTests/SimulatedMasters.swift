import Testing

/// Sweeps of real sshd on loopback. One fleet runs at a time; the suites below say which.
@Suite(
    .serialized,
    .enabled(
        if: LoopbackFleet.isPossible,
        "simulated hosts need root, or sudo that asks no question: run Scripts/test"))
enum SimulatedMasters {}
