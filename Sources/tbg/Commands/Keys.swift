import Accounts
import ArgumentParser
import CryptoExtras
import Foundation
import Platform

/// `tbg keys new|list|retire`: the steps of a key rotation (spec 02 §7.2).
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and retire the keys of access tokens.",
        discussion: """
            Rotation: (1) `keys new`, copy the public file to every node's directory and wait an hour; (2) point TBG_JWT_PRIVATE_KEY_FILE at
            the new private file and send SIGHUP; (3) a day later `keys retire` the old one.
            """,
        subcommands: [New.self, List.self, Retire.self]
    )

    struct Directory: ParsableArguments {
        @Option(name: .customLong("dir"), help: "Directory of public keys; TBG_JWT_VERIFY_KEYS_DIR by default.")
        var path: String?

        func resolved() throws -> String {
            guard let path = path ?? ProcessInfo.processInfo.environment["TBG_JWT_VERIFY_KEYS_DIR"], !path.isEmpty else {
                throw ValidationError("give --dir, or set TBG_JWT_VERIFY_KEYS_DIR")
            }
            return path
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key pair: the public half goes into the directory.")

        @OptionGroup var directory: Directory

        @Option(name: .customLong("private"), help: "File for the private half; it must not exist yet.")
        var privatePath: String

        @Option(help: "Size: 2048, 3072 or 4096.")
        var bits = 2048

        func validate() throws {
            guard [2048, 3072, 4096].contains(bits) else { throw ValidationError("--bits must be 2048, 3072 or 4096") }
        }

        func run() async throws {
            let directory = try directory.resolved()
            guard !FileManager.default.fileExists(atPath: privatePath) else { throw ValidationError("\(privatePath) exists already") }
            var key = try _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits))
            var keyID = try await KeyRing(signing: key.pemRepresentation).signingKeyID
            // One that begins with a hyphen would be taken for an option wherever it is named.
            while keyID.hasPrefix("-") {
                key = try _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits))
                keyID = try await KeyRing(signing: key.pemRepresentation).signingKeyID
            }
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let created = FileManager.default.createFile(
                atPath: privatePath,
                contents: Data((key.pemRepresentation + "\n").utf8),
                attributes: [.posixPermissions: 0o600]
            )
            guard created else { throw ValidationError("\(privatePath) cannot be written") }
            let publicPath = "\(directory)/\(keyID).pem"
            try Data((key.publicKey.pemRepresentation + "\n").utf8).write(to: URL(fileURLWithPath: publicPath), options: .atomic)
            Console.line(keyID)
            Console.line("private \(privatePath)")
            Console.line("public  \(publicPath)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys that verify tokens, the signing key first.")

        @OptionGroup var directory: Directory

        func run() async throws {
            if let signing = try await Keys.signingKeyID() { Console.line("\(signing) signing") }
            for (keyID, name) in try await Keys.publicKeys(in: try directory.resolved()) {
                Console.line("\(keyID ?? "no acceptable key") \(name)")
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a public key from the directory: its tokens are refused from the next reload on."
        )

        @OptionGroup var directory: Directory

        @Argument(help: "Id of the key, after -- if it begins with a hyphen.")
        var keyID: String

        func run() async throws {
            let directory = try directory.resolved()
            if try await Keys.signingKeyID() == keyID {
                throw ValidationError("this key signs; point TBG_JWT_PRIVATE_KEY_FILE at another one first")
            }
            let names = try await Keys.publicKeys(in: directory).filter { $0.keyID == keyID }.map(\.name)
            guard !names.isEmpty else { throw ValidationError("there is no key \(keyID) in \(directory)") }
            for name in names { try FileManager.default.removeItem(atPath: "\(directory)/\(name)") }
            Console.line("retired \(keyID)")
        }
    }

    /// Id of the configured signing key; nil where none is.
    private static func signingKeyID() async throws -> String? {
        guard let key = try await ServiceRole.settings().tokens.privateKey else { return nil }
        return try await KeyRing(signing: key.revealed).signingKeyID
    }

    private static func publicKeys(in directory: String) async throws -> [(keyID: String?, name: String)] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".pem") }.sorted()
        return names.map { name in
            let pem = (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
            return (try? KeyRing.keyID(ofPublicKey: pem), name)
        }
    }
}
