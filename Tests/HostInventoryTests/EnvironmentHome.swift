import Glibc

/// `$HOME`, which `~` stands for.
var environmentHome: String? { getenv("HOME").map { String(cString: $0) } }
