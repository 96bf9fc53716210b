/// What `doctor` found: of this machine and account, and of how each host would be reached. Renderers only read it.
package struct DoctorRecord: Sendable {
    package var tool: ToolIdentity
    package var policy: PolicyIdentity
    /// RFC 3339, UTC.
    package var time: String
    package var items: [HealthItem]
    /// Nil where no inventory was given.
    package var fleet: FleetCheckup?

    package init(
        tool: ToolIdentity, policy: PolicyIdentity, time: String, items: [HealthItem], fleet: FleetCheckup? = nil
    ) {
        self.tool = tool
        self.policy = policy
        self.time = time
        self.items = items
        self.fleet = fleet
    }

    /// Something here or in the settings keeps a sweep from seeing all it is asked for.
    package var hasProblems: Bool {
        items.contains { $0.health == .problem } || fleet?.hosts.contains { $0.problem != nil } ?? false
    }

    /// A host was tried and not reached.
    package var hasUnreached: Bool { fleet?.hosts.contains { $0.trial?.failure != nil } ?? false }
}

package enum Health: String, Sendable, CaseIterable {
    case ok
    /// Worth knowing; a sweep may well see everything.
    case warning
    /// A sweep, or a part of it, fails by this.
    case problem
}

/// One thing that was looked at.
package struct HealthItem: Sendable {
    package enum Area: String, Sendable, CaseIterable {
        case program, library, limits, ssh, agent, keyFile, knownHosts, clock
    }

    /// A fact by its name in JSON.
    package struct Fact: Sendable {
        package enum Value: Sendable {
            case number(Int)
            case flag(Bool)
            case text(String)
            case list([String])
        }

        package var name: StaticString
        package var value: Value
        /// In front of it in text; nil where the detail says it already.
        package var label: String?

        package init(_ name: StaticString, _ value: Value, label: String? = nil) {
            self.name = name
            self.value = value
            self.label = label
        }
    }

    package var area: Area
    /// What was looked at: a program, a path.
    package var subject: String
    package var health: Health
    /// What was found, in words; one line.
    package var detail: String
    /// What to do about it; several lines where it shows commands. Empty where nothing is to be done.
    package var hint: String
    package var facts: [Fact]

    package init(
        _ area: Area, _ subject: String, _ health: Health, _ detail: String, hint: String = "", facts: [Fact] = []
    ) {
        self.area = area
        self.subject = subject
        self.health = health
        self.detail = detail
        self.hint = hint
        self.facts = facts
    }
}
