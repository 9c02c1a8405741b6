import FeatureRig
import API
import CryptoExtras
import Foundation
import GameRules
import HTTPTypes
import Logging
import Platform
import TestServers
import Testing

@testable import Accounts

/// Key files as an operator has them, changed while the service runs.
@Suite("Key rotation")
struct KeyRotationTests {
    /// A directory of keys and the ring that follows it.
    private struct Keys: Sendable {
        let directory: String
        let files: KeyRingFiles
        let current: CurrentKeyRing
        let reloader: KeyRingReloader

        /// - Parameter refusesPublishedKeys: as in production; then a key of this run signs.
        init(refusesPublishedKeys: Bool = false) async throws {
            directory = try await TestServers.temporaryDirectory("keys")
            let own = refusesPublishedKeys ? try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation : try TestKeys.a.privatePEM
            try Self.write(own, to: directory + "/signing")
            let settings = try Settings(
                EnvironmentSource([
                    "TBG_ENVIRONMENT": "test", "TBG_JWT_PRIVATE_KEY_FILE": directory + "/signing", "TBG_JWT_VERIFY_KEYS_DIR": directory,
                ])
            )
            files = try KeyRingFiles(settings.tokens, refusesPublishedKeys: refusesPublishedKeys) { throw KeyRing.Failure.noSigningKey }
            current = CurrentKeyRing(try await KeyRing.load(files))
            reloader = KeyRingReloader(
                files: files,
                current: current,
                requests: AsyncStream { $0.finish() },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }

        var ids: [String] { current.ring.publicKeys.map(\.keyID) }

        func put(_ pem: String, as name: String) throws { try Self.write(pem, to: "\(directory)/\(name)") }
        func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(directory)/\(name)") }

        private static func write(_ text: String, to path: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
    }

    @Test("tokens of the old key are good while it is published, and not a moment longer; refresh works throughout")
    func drill() async throws {
        let keys = try await Keys()
        let (a, b) = (try TestKeys.a, try TestKeys.b)
        try await AccountsRig.run(keys: keys.current) { rig in
            func status(_ token: String) async throws -> Int { try await rig.call(.get, "/api/v1/auth/me", token: token).status }
            func published() async throws -> [String?] {
                (try await rig.call(.get, "/.well-known/jwks.json")["keys"]?.arrayValue ?? []).map { $0.objectValue?["kid"]?.stringValue }
            }
            let old = try await rig.signIn(try Wallet("drill"))
            #expect(try await published() == [a.keyID])

            try keys.put(b.publicPEM, as: "b.pem")
            await keys.reloader.reload(onlyIfChanged: true)
            #expect(try await published() == [a.keyID, b.keyID])

            try keys.put(a.publicPEM, as: "a.pem")
            try keys.put(b.privatePEM, as: "signing")
            await keys.reloader.reload(onlyIfChanged: true)
            #expect(try await published() == [b.keyID, a.keyID])
            #expect(try await status(old.accessToken) == 200)
            let refreshed = try RigSession(
                try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(old.refreshToken)])
            )
            #expect(try await status(refreshed.accessToken) == 200)

            try keys.remove("a.pem")
            await keys.reloader.reload(onlyIfChanged: true)
            #expect(try await published() == [b.keyID])
            #expect(try await status(old.accessToken) == 401)
            #expect(try await status(refreshed.accessToken) == 200)
            let last = try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(refreshed.refreshToken)])
            #expect(last.status == 200)
        }
    }

    @Test("no request fails while keys rotate under load")
    func underLoad() async throws {
        let keys = try await Keys()
        let (a, b) = (try TestKeys.a, try TestKeys.b)
        try await AccountsRig.run(keys: keys.current) { rig in
            let rotated = Handed<Bool>()
            let failures = try await withThrowingTaskGroup(of: [Int].self) { group in
                for index in 0..<4 {
                    group.addTask {
                        var session = try await rig.signIn(try Wallet("load \(index)"))
                        var failures: [Int] = []
                        var round = 0
                        repeat {
                            round += 1
                            let answer = try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken)
                            if answer.status != 200 { failures.append(answer.status) }
                            let refreshed = try await rig.call(
                                .post,
                                "/api/v1/auth/refresh",
                                ["refresh_token": .string(session.refreshToken)]
                            )
                            if refreshed.status == 200 { session = try RigSession(refreshed) } else { failures.append(refreshed.status) }
                        } while rotated.value == nil || round < 5
                        return failures
                    }
                }
                group.addTask {
                    try keys.put(b.publicPEM, as: "b.pem")
                    await keys.reloader.reload(onlyIfChanged: false)
                    for (new, old) in [(b.privatePEM, a.publicPEM), (a.privatePEM, b.publicPEM), (b.privatePEM, a.publicPEM)] {
                        try keys.put(old, as: "old.pem")
                        try keys.put(new, as: "signing")
                        await keys.reloader.reload(onlyIfChanged: false)
                    }
                    rotated.value = true
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(failures.isEmpty, "\(failures)")
            #expect(keys.current.ring.signingKeyID == b.keyID)
        }
    }

    @Test("a file that is no key, or no file at all, leaves the ring as it is")
    func garbage() async throws {
        let keys = try await Keys()
        let before = keys.ids
        try keys.put("-----BEGIN PUBLIC KEY-----\ngarbage\n-----END PUBLIC KEY-----", as: "garbage.pem")
        await keys.reloader.reload(onlyIfChanged: true)
        #expect(keys.ids == before)
        try keys.put("not looked at", as: "README")
        try keys.put(try TestKeys.b.publicPEM, as: "b.pem")
        await keys.reloader.reload(onlyIfChanged: true)
        #expect(keys.ids == before)
        try keys.remove("garbage.pem")
        await keys.reloader.reload(onlyIfChanged: true)
        #expect(keys.ids == before + [try TestKeys.b.keyID])
        try keys.remove("signing")
        await keys.reloader.reload(onlyIfChanged: true)
        #expect(keys.ids.count == 2)
    }

    @Test("a production takes no published key, to sign or to verify with, at the start or later")
    func published() async throws {
        let keys = try await Keys(refusesPublishedKeys: true)
        let before = keys.ids
        for (pem, name) in [(try TestKeys.b.publicPEM, "b.pem"), (try TestKeys.a.privatePEM, "signing")] {
            let good = try? String(contentsOfFile: "\(keys.directory)/\(name)", encoding: .utf8)
            try keys.put(pem, as: name)
            await keys.reloader.reload(onlyIfChanged: true)
            #expect(keys.ids == before, "\(name)")
            await #expect(throws: KeyRing.Failure.publishedKey) { try await KeyRing.load(keys.files) }
            if let good { try keys.put(good, as: name) } else { try keys.remove(name) }
        }
        #expect(try await KeyRing.load(keys.files).publicKeys.map(\.keyID) == before)
    }

    @Test("short keys are refused, and the published examples are known as such")
    func acceptableKeys() async throws {
        let short = try shortKey()
        await #expect(throws: KeyRing.Failure.self) { try await KeyRing(signing: short) }
        #expect(try await KeyRing(signing: try TestKeys.a.privatePEM).holdsPublishedKey)
        #expect(try await KeyRing(signing: try TestKeys.a.privatePEM).signingKeyID == (try TestKeys.a.keyID))
    }

    /// RSA with 1024 bits, made for this test alone.
    private func shortKey() throws -> String {
        let result = Process()
        result.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        result.arguments = ["genrsa", "1024"]
        let output = Pipe()
        result.standardOutput = output
        result.standardError = FileHandle.nullDevice
        try result.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        result.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
