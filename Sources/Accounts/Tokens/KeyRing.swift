import struct Crypto.SHA256
import Foundation
import JWTKit
package import Platform

/// The keys tokens are signed and verified with (spec 02 §7.2). Immutable; a reload makes a new ring.
package struct KeyRing: Sendable {
    /// Why a key cannot be used.
    package enum Failure: Error, Sendable, Equatable {
        case noSigningKey
        case invalidKey(name: String)
    }

    /// RFC 7638 thumbprint of the signing key.
    package let signingKeyID: String
    /// One public key, as `/.well-known/jwks.json` shows it (RFC 7517).
    package struct PublicKey: Sendable, Equatable {
        package let keyID: String
        /// Unpadded base64url.
        package let modulus: String
        package let exponent: String
    }

    /// Signing key first, then by key id.
    package let publicKeys: [PublicKey]
    let collection: JWTKeyCollection
    private let keyIDs: Set<String>

    /// - Parameters:
    ///   - signing: private key, PEM.
    ///   - verifying: further public keys, PEM, by file name.
    package init(signing: String, verifying: [(name: String, pem: String)] = []) async throws {
        guard let privateKey = try? Insecure.RSA.PrivateKey(pem: signing) else { throw Failure.invalidKey(name: "signing key") }
        let own = try Self.describe(privateKey.publicKey)
        var keys = [own]
        collection = await JWTKeyCollection().add(rsa: privateKey, digestAlgorithm: .sha256, kid: JWKIdentifier(string: own.keyID))
        for (name, pem) in verifying {
            guard let key = try? Insecure.RSA.PublicKey(pem: pem) else { throw Failure.invalidKey(name: name) }
            let described = try Self.describe(key)
            guard !keys.contains(described) else { continue }
            keys.append(described)
            await collection.add(rsa: key, digestAlgorithm: .sha256, kid: JWKIdentifier(string: described.keyID))
        }
        signingKeyID = own.keyID
        publicKeys = [own] + keys.dropFirst().sorted { $0.keyID < $1.keyID }
        keyIDs = Set(keys.map(\.keyID))
    }

    /// The ring a process uses: the configured keys, or in development a fresh one.
    package static func load(_ settings: TokenSettings, generate: () throws -> String) async throws -> KeyRing {
        let signing = try settings.privateKey?.revealed ?? generate()
        var verifying: [(name: String, pem: String)] = []
        if let path = settings.publicKeyPath { verifying.append((path, try String(contentsOfFile: path, encoding: .utf8))) }
        if let directory = settings.verifyKeysDirectory {
            for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() where name.hasSuffix(".pem") {
                verifying.append((name, try String(contentsOfFile: directory + "/" + name, encoding: .utf8)))
            }
        }
        return try await KeyRing(signing: signing, verifying: verifying)
    }

    func knows(_ keyID: String) -> Bool { keyIDs.contains(keyID) }

    private static func describe(_ key: Insecure.RSA.PublicKey) throws -> PublicKey {
        let primitives = try key.getKeyPrimitives()
        let modulus = Base64URL.encode(primitives.modulus)
        let exponent = Base64URL.encode(primitives.publicExponent)
        let thumbprint = SHA256.hash(data: Data(#"{"e":"\#(exponent)","kty":"RSA","n":"\#(modulus)"}"#.utf8))
        return PublicKey(keyID: Base64URL.encode(thumbprint), modulus: modulus, exponent: exponent)
    }
}

/// Unpadded base64url (RFC 4648 §5).
package enum Base64URL {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// - Returns: nil for padding, other characters or an impossible length.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") }) else { return nil }
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        guard standard.utf8.count % 4 != 1 else { return nil }
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).map(Array.init)
    }
}
