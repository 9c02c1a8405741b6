import CArgon2
import Foundation
import Platform

/// Argon2id, version 1.3 (RFC 9106), with results as PHC strings. Slow on purpose: call it through ``HashingGate`` only.
package struct Argon2id: Sendable, Equatable {
    /// Memory, KiB.
    package let memoryKiB: UInt32
    /// Passes over the memory.
    package let passes: UInt32
    /// Lanes.
    package let lanes: UInt32

    /// For passwords (spec 02 §8.7).
    package static let passwords = Argon2id(memoryKiB: 65_536, passes: 3, lanes: 1)
    /// For API keys: 256-bit secrets, whose hash only guards a leaked table (spec 02 §8.7).
    package static let keys = Argon2id(memoryKiB: 19_456, passes: 2, lanes: 1)

    /// Why nothing was computed.
    package enum Failure: Error, Sendable, Equatable {
        /// The stored text is no hash this service would have made.
        case malformed
        /// The library's error code, such as a lack of memory.
        case library(code: Int32)
    }

    static let saltLength = 16
    static let tagLength = 32

    /// Hashes a secret.
    /// - Parameter salt: 16 random bytes.
    /// - Returns: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, unpadded base64.
    package func hash(_ secret: some Sequence<UInt8>, salt: [UInt8]) throws(Failure) -> String {
        let tag = try tag(of: Array(secret), salt: salt, length: Self.tagLength)
        return "$argon2id$v=19$m=\(memoryKiB),t=\(passes),p=\(lanes)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag))"
    }

    /// Whether a secret is the one that was hashed. Text with wild parameters is refused without computing.
    package static func verify(_ secret: some Sequence<UInt8>, against stored: String) throws(Failure) -> Bool {
        let hash = try PHCHash(stored)
        let tag = try hash.parameters.tag(of: Array(secret), salt: hash.salt, length: hash.tag.count)
        return ConstantTime.equal(tag, hash.tag)
    }

    /// Whether a stored hash has other parameters than these, and is to be made anew at the next good sign-in.
    package func isOutdated(_ stored: String) -> Bool {
        (try? PHCHash(stored).parameters) != self
    }

    private func tag(of secret: [UInt8], salt: [UInt8], length: Int) throws(Failure) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: length)
        let code = argon2id_hash_raw(passes, memoryKiB, lanes, secret, secret.count, salt, salt.count, &tag, length)
        guard code == ARGON2_OK.rawValue else { throw .library(code: code) }
        return tag
    }
}

/// A stored hash, taken apart and found acceptable.
struct PHCHash: Equatable {
    let parameters: Argon2id
    let salt: [UInt8]
    let tag: [UInt8]

    /// - Throws: ``Argon2id/Failure/malformed`` for any other algorithm, version, order or spelling, and for parameters beyond the limits.
    init(_ text: String) throws(Argon2id.Failure) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count <= 256, parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            let parameters = Self.parameters(parts[3]), let salt = PHCBase64.decode(parts[4]), let tag = PHCBase64.decode(parts[5]),
            (8...64).contains(salt.count), (16...64).contains(tag.count)
        else { throw .malformed }
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    private static func parameters(_ text: Substring) -> Argon2id? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3, let memory = number(parts[0], "m="), let passes = number(parts[1], "t="),
            let lanes = number(parts[2], "p="),
            (1...4).contains(lanes), (1...10).contains(passes), memory >= 8 * lanes, memory <= 131_072
        else { return nil }
        return Argon2id(memoryKiB: memory, passes: passes, lanes: lanes)
    }

    /// A decimal number without sign or leading zero.
    private static func number(_ text: Substring, _ name: String) -> UInt32? {
        guard text.hasPrefix(name) else { return nil }
        let digits = text.dropFirst(name.count)
        guard let value = UInt32(digits), String(value) == digits else { return nil }
        return value
    }
}

/// Unpadded standard base64, as PHC strings have it; stray bits are refused.
enum PHCBase64 {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "=", with: "")
    }

    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.isEmpty, !text.utf8.contains(UInt8(ascii: "=")), text.utf8.count % 4 != 1 else { return nil }
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded) else { return nil }
        let bytes = [UInt8](data)
        return encode(bytes) == text ? bytes : nil
    }
}
