import struct Crypto.SHA256
import Foundation
import JWTKit
import NIOPosix
import Platform

/// The keys tokens are signed and verified with (spec 02 §7.2). Immutable; a reload makes a new ring.
package struct KeyRing: Sendable {
    /// Why a key cannot be used.
    package enum Failure: Error, Sendable, Equatable {
        case noSigningKey
        /// One of the published example keys, in production.
        case publishedKey
        case invalidKey(name: String)

        /// What an operator can do about it.
        package var explanation: String {
            switch self {
            case .noSigningKey: "there is no key to sign tokens with"
            case .publishedKey: "holds a published test key, whose private half everybody has"
            case .invalidKey(let name): "\(name) is no RSA key of 2048 to 4096 bits with the exponent 65537"
            }
        }
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

    private static let acceptedBits = 2048...4096

    /// - Parameters:
    ///   - signing: private key, PEM.
    ///   - verifying: further public keys, PEM, by file name.
    package init(signing: String, verifying: [(name: String, pem: String)] = []) async throws {
        guard let privateKey = try? Insecure.RSA.PrivateKey(pem: signing), let own = try? Self.describe(privateKey.publicKey) else {
            throw Failure.invalidKey(name: "signing key")
        }
        var keys = [own]
        collection = await JWTKeyCollection().add(rsa: privateKey, digestAlgorithm: .sha256, kid: JWKIdentifier(string: own.keyID))
        for (name, pem) in verifying {
            guard let key = try? Insecure.RSA.PublicKey(pem: pem), let described = try? Self.describe(key) else {
                throw Failure.invalidKey(name: name)
            }
            guard !keys.contains(described) else { continue }
            keys.append(described)
            await collection.add(rsa: key, digestAlgorithm: .sha256, kid: JWKIdentifier(string: described.keyID))
        }
        signingKeyID = own.keyID
        publicKeys = [own] + keys.dropFirst().sorted { $0.keyID < $1.keyID }
        keyIDs = Set(keys.map(\.keyID))
    }

    /// The ring a process starts with.
    /// - Throws: ``Failure`` for a text that is no acceptable key, or what the file system says.
    package static func load(_ files: KeyRingFiles) async throws -> KeyRing {
        let content = try await NIOThreadPool.singleton.runIfActive { try files.read() }
        return try await KeyRing(content)
    }

    init(_ content: KeyRingFiles.Content) async throws {
        try await self.init(signing: content.signing, verifying: content.verifying.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        if content.refusesPublishedKeys, holdsPublishedKey { throw Failure.publishedKey }
    }

    /// Whether a published example key is among them, which everybody has the private half of.
    package var holdsPublishedKey: Bool { publicKeys.contains { SigningKeyCheck.published.contains($0.keyID) } }

    /// The id a public key has.
    /// - Throws: ``Failure/invalidKey(name:)``.
    package static func keyID(ofPublicKey pem: String) throws -> String {
        guard let key = try? Insecure.RSA.PublicKey(pem: pem) else { throw Failure.invalidKey(name: "public key") }
        return try describe(key).keyID
    }

    func knows(_ keyID: String) -> Bool { keyIDs.contains(keyID) }

    private static func describe(_ key: Insecure.RSA.PublicKey) throws -> PublicKey {
        let primitives = try key.getKeyPrimitives()
        let bits = primitives.modulus.drop { $0 == 0 }.count * 8
        guard acceptedBits.contains(bits), primitives.publicExponent.drop(while: { $0 == 0 }).elementsEqual([1, 0, 1]) else {
            throw Failure.invalidKey(name: "RSA key")
        }
        let modulus = Base64URL.encode(primitives.modulus)
        let exponent = Base64URL.encode(primitives.publicExponent)
        let thumbprint = SHA256.hash(data: Data(#"{"e":"\#(exponent)","kty":"RSA","n":"\#(modulus)"}"#.utf8))
        return PublicKey(keyID: Base64URL.encode(thumbprint), modulus: modulus, exponent: exponent)
    }
}
