/// Why the engine could not start.
package enum SSHEngineError: Error, Sendable, Equatable {
    /// libssh2_init failed with this code, or no session could be made (code 0).
    case library(code: Int32)
    case system(call: String, code: Int32)
    /// Hardly any file could be opened beside those that are open already.
    case tooFewFiles(limit: Int)

    package var message: String {
        switch self {
        case .library(let code): "libssh2 cannot be initialised (code \(code))"
        case .system(let call, let code): "\(call): \(Errno.text(code))"
        case .tooFewFiles(let limit): "this process may have \(limit) files open (ulimit -Hn), which is too few"
        }
    }
}
