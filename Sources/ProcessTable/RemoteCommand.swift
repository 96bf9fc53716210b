/// The one command that is sent to a host, and the line by which its output says that it is whole.
package enum RemoteCommand {
    /// The exact text of the exec request; it reads the process table and writes nothing.
    ///
    /// - The account's own shell (csh and fish too) sees one `exec` with one single-quoted word: no `!`, no newline.
    /// - procps cuts rows at `COLUMNS` even into a pipe, and the other names that are unset change its columns.
    /// - BusyBox refuses `-w`, says so on stderr and prints nothing on stdout; only then `ps -ef` runs. Should the first
    ///   `ps` fail half-way, the second header makes the listing a cut one. The `echo` keeps that header on a line of
    ///   its own, and the newline before the marker does the same for the marker.
    package static let listing =
        #"exec /bin/sh -c 'LC_ALL=C; export LC_ALL; unset COLUMNS PS_FORMAT PS_PERSONALITY CMD_ENV UNIX95 "#
        + #"POSIXLY_CORRECT I_WANT_A_BROKEN_PS; ps -efww 2>/dev/null || { echo; ps -ef; }; "#
        + #"printf "\n"# + markerStart + #"%d\n" "$?"'"#

    private static let markerStart = "kubesweep-end status="

    /// The exit status that a line carries if it is the end marker from its first byte to its last, else nil.
    static func endMarkerStatus(of line: UnsafeBufferPointer<UInt8>) -> Int? {
        let digits = line.count - markerStart.utf8.count
        guard (1...3).contains(digits), line.starts(with: markerStart.utf8) else { return nil }
        var status = 0
        for byte in line.suffix(digits) {
            guard let digit = decimalDigit(byte) else { return nil }
            status = status * 10 + digit
        }
        return status
    }
}

func decimalDigit(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte &- UInt8(ascii: "0")) : nil
}
