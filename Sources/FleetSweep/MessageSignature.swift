import CLibCrypto

/// HMAC with SHA-256 (RFC 2104), in hexadecimal digits.
package func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> String {
    var code = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length)
    return code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
