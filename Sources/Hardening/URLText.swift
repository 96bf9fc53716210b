import ProcessTable

/// A URL of a flag, as far as checks look into it: its scheme and its host.
struct URLText {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    func hasScheme(among schemes: [String]) -> Bool {
        schemes.contains { text.hasPrefix($0 + "://") }
    }

    /// Only the host itself reaches or serves it.
    var isLoopback: Bool {
        let host = host
        return host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
    }

    /// Without port and brackets; what stands before it may be left out (`10.0.0.1:2379`).
    var host: String {
        var rest = text.utf8[...]
        if let scheme = text.firstRange(of: "://") { rest = text.utf8[scheme.upperBound...] }
        rest = rest.prefix { ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        if let user = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[rest.index(after: user)...] }
        if rest.first == UInt8(ascii: "[") {
            rest = rest.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        } else if let colon = rest.lastIndex(of: UInt8(ascii: ":")) {
            rest = rest[..<colon]
        }
        return String(decoding: rest, as: UTF8.self)
    }
}
