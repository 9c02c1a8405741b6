import Foundation
import Testing

/// The published vectors that travel with these tests.
enum TestVectors {
    static func load<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(T.self, from: Data(contentsOf: url))
    }
}

/// The two published RSA keys of `jwt.json`, which no production may use.
struct TestKeys: Decodable, Sendable {
    let privatePEM: String
    let publicPEM: String
    let keyID: String

    enum CodingKeys: String, CodingKey {
        case privatePEM = "private_pem"
        case publicPEM = "public_pem"
        case keyID = "kid"
    }

    private struct File: Decodable { let keys: [String: TestKeys] }

    static var a: TestKeys { get throws { try named("A") } }
    static var b: TestKeys { get throws { try named("B") } }

    private static func named(_ name: String) throws -> TestKeys {
        try #require(try TestVectors.load("jwt", as: File.self).keys[name])
    }
}
