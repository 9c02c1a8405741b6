import Foundation
import Platform
import Testing

@testable import Accounts

@Suite("Argon2id")
struct Argon2idTests {
    struct File: Decodable {
        let vectors: [Vector]
        let malformed: [String]
    }

    struct Vector: Decodable {
        let description: String
        let password: String?
        let salt_hex: String
        let memory_kib: UInt32
        let iterations: UInt32
        let lanes: UInt32
        let phc: String?
        let valid: Bool

        var parameters: Argon2id { Argon2id(memoryKiB: memory_kib, passes: iterations, lanes: lanes) }
    }

    private static var file: File { get throws { try TestVectors.load("argon2id") } }

    @Test("every vector verifies or not as published, and the good ones are made again to the letter")
    func vectors() throws {
        var made = 0
        for vector in try Self.file.vectors {
            // The first vector of RFC 9106 has a secret and associated data, which are not used here.
            guard let password = vector.password, let stored = vector.phc else { continue }
            #expect(try Argon2id.verify(password.utf8, against: stored) == vector.valid, "\(vector.description)")
            guard vector.valid else { continue }
            made += 1
            let salt = try #require(Hex.decode(vector.salt_hex))
            #expect(try vector.parameters.hash(password.utf8, salt: salt) == stored, "\(vector.description)")
            #expect(Argon2id.passwords.isOutdated(stored) == (vector.parameters != .passwords))
        }
        #expect(made >= 5)
    }

    @Test("malformed and extravagant stored texts are refused without computing")
    func malformed() throws {
        let file = try Self.file
        let good = try #require(file.vectors.compactMap(\.phc).first)
        let parts = good.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        func with(_ index: Int, _ text: String) -> String {
            var copy = parts
            copy[index] = text
            return copy.joined(separator: "$")
        }
        let texts =
            file.malformed + [
                with(1, "argon2d"), with(2, "v=18"), with(3, "m=131073,t=3,p=1"), with(3, "m=65536,t=11,p=1"), with(3, "m=65536,t=3,p=5"),
                with(3, "m=065536,t=3,p=1"), with(3, "t=3,m=65536,p=1"), with(3, "m=65536,t=3,p=0"), with(3, "m=65536,t=0,p=1"),
                with(3, "m=65536,t=3,p=1,x=1"), with(4, parts[4] + "=="), with(4, "AAECAwQFBgcICQoLDA0ODx"),
                with(5, String(parts[5].dropLast(30))),
                good + "$", "x" + good, with(3, "m=7,t=3,p=1"), with(3, "m=-1,t=3,p=1"), with(3, "m=+65536,t=3,p=1"),
            ]
        for text in texts {
            #expect(throws: Argon2id.Failure.malformed, "\(text)") { try Argon2id.verify("secret".utf8, against: text) }
            #expect(Argon2id.passwords.isOutdated(text))
        }
    }

    @Test("an empty secret and a long one are hashed like any other")
    func extremes() throws {
        let quick = Argon2id(memoryKiB: 32, passes: 1, lanes: 1)
        for secret in ["", String(repeating: "ä", count: 256)] {
            let stored = try quick.hash(secret.utf8, salt: [UInt8](0..<16))
            #expect(try Argon2id.verify(secret.utf8, against: stored))
            #expect(try !Argon2id.verify((secret + "x").utf8, against: stored))
        }
    }
}
