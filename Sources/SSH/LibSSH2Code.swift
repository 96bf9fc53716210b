import CLibSSH2

/// The libssh2 error codes that decide something here.
enum LibSSH2Code {
    /// LIBSSH2_ERROR_SOCKET_NONE, which libssh2 1.10 also returns for a reply it lost (libssh2#671).
    static let none = LIBSSH2_ERROR_SOCKET_NONE
    static let alloc = LIBSSH2_ERROR_ALLOC
    static let socketSend = LIBSSH2_ERROR_SOCKET_SEND
    static let timeout = LIBSSH2_ERROR_TIMEOUT
    static let socketDisconnect = LIBSSH2_ERROR_SOCKET_DISCONNECT
    static let socketReceive = LIBSSH2_ERROR_SOCKET_RECV
    static let authenticationFailed = LIBSSH2_ERROR_AUTHENTICATION_FAILED
    static let publicKeyUnverified = LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
    static let channelFailure = LIBSSH2_ERROR_CHANNEL_FAILURE
    static let requestDenied = LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED
}
