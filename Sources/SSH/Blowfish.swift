import CLibCrypto

/// The key schedule of bcrypt (Provos and Mazières 1999) over the Blowfish cipher. libcrypto has the cipher, but neither
/// this schedule nor its start values.
struct Blowfish {
    /// 18 subkeys, then four S-boxes of 256 words.
    private var words: [UInt32]

    private static let subkeys = 18
    static let wordCount = subkeys + 4 * 256

    init() { words = Self.start }

    /// Blowfish's start values are the first fractional digits of pi (Schneier 1993), calculated once.
    private static let start = PiDigits.words(wordCount)

    /// The keyed schedule, salted: `salt` and `key` are streams of words that begin again at their end.
    mutating func expand(key: [UInt32], salt: [UInt32]) {
        words.withUnsafeMutableBufferPointer { words in
            for index in 0..<Self.subkeys { words[index] ^= key[index % key.count] }
            var left: UInt32 = 0
            var right: UInt32 = 0
            var next = 0
            for index in stride(from: 0, to: Self.wordCount, by: 2) {
                left ^= salt[next % salt.count]
                right ^= salt[(next + 1) % salt.count]
                next += 2
                Self.encipher(words, &left, &right)
                words[index] = left
                words[index + 1] = right
            }
        }
    }

    mutating func expand(key: [UInt32]) { expand(key: key, salt: Self.noSalt) }

    private static let noSalt: [UInt32] = [0, 0]

    mutating func encrypt(_ left: inout UInt32, _ right: inout UInt32) {
        words.withUnsafeMutableBufferPointer { Self.encipher($0, &left, &right) }
    }

    @inline(__always)
    private static func encipher(
        _ words: UnsafeMutableBufferPointer<UInt32>, _ left: inout UInt32, _ right: inout UInt32
    ) {
        guard let word = words.baseAddress else { return }
        let boxes = word + subkeys
        var l = left ^ word[0]
        var r = right
        var round = 1
        while round <= 16 {
            r ^= mix(boxes, l) ^ word[round]
            l ^= mix(boxes, r) ^ word[round + 1]
            round += 2
        }
        left = r ^ word[17]
        right = l
    }

    @inline(__always)
    private static func mix(_ boxes: UnsafeMutablePointer<UInt32>, _ x: UInt32) -> UInt32 {
        let sum = boxes[Int(x >> 24)] &+ boxes[256 + Int(x >> 16 & 255)]
        return (sum ^ boxes[512 + Int(x >> 8 & 255)]) &+ boxes[768 + Int(x & 255)]
    }
}

/// The binary digits of pi behind the point.
enum PiDigits {
    /// The first 32 × `count` of them; zeros where memory ran out.
    static func words(_ count: Int) -> [UInt32] {
        let guardBits = 64
        let bits = Int32(count * 32 + guardBits)
        var bytes = [UInt8](repeating: 0, count: count * 4)
        // Machin: pi = 16 arctan(1/5) − 4 arctan(1/239).
        guard let pi = BN_new(), let minor = BN_new() else { return [UInt32](repeating: 0, count: count) }
        defer {
            BN_free(pi)
            BN_free(minor)
        }
        addArctan(of: 5, times: 16, bits: bits, to: pi)
        addArctan(of: 239, times: 4, bits: bits, to: minor)
        BN_sub(pi, pi, minor)
        BN_mask_bits(pi, bits)
        BN_rshift(pi, pi, Int32(guardBits))
        BN_bn2binpad(pi, &bytes, Int32(bytes.count))
        return stride(from: 0, to: bytes.count, by: 4).map { offset in
            bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Adds `times` · arctan(1/x) · 2^bits, by its power series.
    private static func addArctan(of x: UInt, times: UInt, bits: Int32, to sum: OpaquePointer) {
        guard let power = BN_new(), let term = BN_new() else { return }
        defer {
            BN_free(power)
            BN_free(term)
        }
        BN_set_word(power, times)
        BN_lshift(power, power, bits)
        BN_div_word(power, x)
        BN_add(sum, sum, power)
        var denominator: UInt = 3
        while BN_is_zero(power) == 0 {
            BN_div_word(power, x * x)
            BN_copy(term, power)
            BN_div_word(term, denominator)
            _ = denominator % 4 == 3 ? BN_sub(sum, sum, term) : BN_add(sum, sum, term)
            denominator += 2
        }
    }
}
