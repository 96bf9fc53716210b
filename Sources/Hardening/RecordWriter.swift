package import StrictJSON

// Parts of records as JSON; `RecordReader.swift` reads them back.

extension JSONText {
    /// The member `tool`.
    package mutating func tool(_ tool: ToolIdentity) {
        object("tool") { json in
            json.field("name", tool.name)
            json.field("version", tool.version)
            json.field("libssh2", tool.libssh2)
        }
    }

    /// The member `policy`.
    package mutating func policy(_ policy: PolicyIdentity) {
        object("policy") { json in
            json.field("name", policy.name)
            json.field("digest", policy.digest)
            json.field("explicit", policy.isExplicit)
            json.field("disabled", policy.disabled)
            json.field("parameters", policy.parameters)
        }
    }

    /// The member `failure`, null where there is none.
    package mutating func failure(_ failure: HostFailure?) {
        guard let failure else { return field("failure", nil as String?) }
        object("failure") { json in
            json.field("phase", failure.phase)
            json.field("reason", failure.reason)
            json.field("detail", failure.detail)
            json.field("hint", failure.hint)
        }
    }
}
