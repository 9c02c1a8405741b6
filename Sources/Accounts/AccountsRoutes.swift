package import API
package import Platform
import Crypto
import Foundation
import HTTPTypes
import NIOCore

/// Sign-in (spec 02 §5, §6), and the public keys tokens are verified with.
package enum AccountsRoutes {
    static let keys = Endpoint<NoInput, RawResponse>(
        .get,
        "/.well-known/jwks.json",
        id: "jwks",
        tag: "Sign-in",
        summary: "Public keys of access tokens (RFC 7517)",
        auth: .none,
        rate: .relaxed,
        cache: .public(maxAgeSeconds: 300),
        produces: .json(KeySet.jsonSchema)
    )

    package static func add(to table: inout RouteTable<AppContext>, services: AccountsServices, users: UsersServices) {
        SignInRoutes.add(to: &table, services: services)
        LinkRoutes.add(to: &table, services: services, users: users)
        EmailRoutes.add(to: &table, services: services)
        UsersRoutes.add(to: &table, services: users)
        table.add(keys) { _, _ in KeySet(services.keys.ring).response }
    }
}

struct KeySet: ResponseObject {
    struct Key: ResponseObject {
        let key: KeyRing.PublicKey

        static let fields = JSONFields<Key>("JSONWebKey")
            .field("kty", { _ in "RSA" })
            .field("use", { _ in "sig" })
            .field("alg", { _ in "RS256" })
            .field("kid", \.key.keyID, "RFC 7638 thumbprint")
            .field("n", \.key.modulus)
            .field("e", \.key.exponent)
    }

    let keys: [Key]

    init(_ ring: KeyRing) {
        keys = ring.publicKeys.map(Key.init)
    }

    static let fields = JSONFields<KeySet>("JSONWebKeySet").field("keys", \.keys, "Signing key first")

    var response: RawResponse {
        var writer = JSONWriter()
        encode(to: &writer)
        let tag = SHA256.hash(data: Data(writer.bytes))
        return .json(writer.buffer, entityTag: "\"\(Base64URL.encode(tag).prefix(22))\"")
    }
}
