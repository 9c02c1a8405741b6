import Crypto

/// The hash functions of Bitcoin's formats.
enum Hash {
    /// SHA-256 (FIPS 180-4), 32 bytes.
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize().withUnsafeBytes { Array($0) }
    }

    /// SHA-256 of SHA-256.
    static func doubleSHA256(_ bytes: [UInt8]) -> [UInt8] {
        sha256(sha256(bytes))
    }

    /// RIPEMD-160 of SHA-256, 20 bytes.
    static func hash160(_ bytes: [UInt8]) -> [UInt8] {
        RIPEMD160.hash(sha256(bytes))
    }

    /// The tagged hash of BIP-340: SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ bytes).
    static func tagged(_ tag: String, _ bytes: [UInt8]) -> [UInt8] {
        let prefix = sha256(Array(tag.utf8))
        return sha256(prefix + prefix + bytes)
    }
}
