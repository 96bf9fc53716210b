/// Why the engine could not start.
package enum SSHEngineError: Error, Sendable, Equatable {
    /// libssh2_init failed with this code, or no session could be made (code 0).
    case library(code: Int32)
    case system(call: String, code: Int32)

    package var message: String {
        switch self {
        case .library(let code): "libssh2 cannot be initialised (code \(code))"
        case .system(let call, let code): "\(call): \(Errno.text(code))"
        }
    }
}
