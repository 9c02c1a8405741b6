import Crypto
import CryptoExtras
import Foundation
import Glibc
import LocalServers

/// The secrets of a development instance: made once, kept in files with mode 0600.
struct DevelopmentKeys: Sendable {
    /// Path of the RSA key that signs access tokens, PEM.
    let signingKeyPath: String
    /// Path of `SESSION_KEY`, 64 hexadecimal digits.
    let sessionKeyPath: String
    /// Path of `PRIVACY_HASH_KEY`, 64 hexadecimal digits.
    let privacyHashKeyPath: String
    /// Private keys of the demo miners, 32 bytes each.
    let minerSeeds: [[UInt8]]

    static let minerCount = 3

    /// Reads the secrets in `directory` and makes those that are missing.
    init(directory: String) throws {
        signingKeyPath = directory + "/jwt-signing-key.pem"
        sessionKeyPath = directory + "/session-key"
        privacyHashKeyPath = directory + "/privacy-hash-key"
        _ = try Self.existing(signingKeyPath) { try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation }
        for path in [sessionKeyPath, privacyHashKeyPath] { _ = try Self.existing(path) { Self.randomHex() } }
        minerSeeds = try (1...Self.minerCount).map { number in
            let path = "\(directory)/demo-miner-\(number)"
            guard let seed = Self.bytes(hex: try Self.existing(path, make: Self.randomHex)) else {
                throw DevelopmentError.damagedFile(path)
            }
            return seed
        }
    }

    private static func existing(_ path: String, make: () throws -> String) throws -> String {
        if let data = FileManager.default.contents(atPath: path), !data.isEmpty {
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let text = try make()
        try PrivateFile.write(Data((text + "\n").utf8), to: path)
        return text
    }

    /// 32 random bytes as hexadecimal text: below the order of secp256k1 except once in 2^128.
    private static func randomHex() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    static func bytes(hex: String) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16) }
        return bytes.count == 32 ? bytes : nil
    }
}

/// Files only their owner may read.
enum PrivateFile {
    /// Writes a file with mode 0600 so that readers see the old content or the new, never a part.
    static func write(_ data: Data, to path: String) throws {
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).new"
        guard FileManager.default.createFile(atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw LocalServerError.system(call: "rename", path: path, code: code)
        }
    }
}
