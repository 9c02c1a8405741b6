import Foundation
package import Platform

/// Where the keys of a ring come from (spec 02 §7.2). Everything here touches the disk: never on an event loop.
package struct KeyRingFiles: Sendable {
    /// The texts a ring is made from.
    struct Content: Sendable, Equatable {
        /// Private key, PEM.
        var signing: String
        /// Public keys, PEM, by file name in order.
        var verifying: [String: String]
        /// Whether the published example keys are unacceptable, as in production.
        var refusesPublishedKeys: Bool
    }

    /// What tells a changed file without reading it.
    struct Stamp: Sendable, Equatable {
        var modifiedAt: Double
        var size: Int
        var inode: Int
    }

    private let signingPath: String?
    private let signing: String
    private let publicPath: String?
    private let directory: String?
    private let refusesPublishedKeys: Bool

    /// - Parameters:
    ///   - refusesPublishedKeys: whether the published example keys are unacceptable, as in production.
    ///   - generated: the key of a process that was given none, PEM.
    package init(_ settings: TokenSettings, refusesPublishedKeys: Bool = false, generated: () throws -> String) throws {
        self.refusesPublishedKeys = refusesPublishedKeys
        signingPath = settings.privateKeyPath
        signing = try settings.privateKey?.revealed ?? generated()
        publicPath = settings.publicKeyPath
        directory = settings.verifyKeysDirectory
    }

    func read() throws -> Content {
        func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
        var verifying: [String: String] = [:]
        for path in try publicPaths() { verifying[path] = try text(path) }
        return Content(
            signing: try signingPath.map(text) ?? signing,
            verifying: verifying,
            refusesPublishedKeys: refusesPublishedKeys
        )
    }

    /// The stamps of all files; a file that cannot be looked at is missing.
    func stamps() -> [String: Stamp] {
        let paths = ((try? publicPaths()) ?? []) + [signingPath, directory].compactMap(\.self)
        return Dictionary(uniqueKeysWithValues: Set(paths).compactMap { path in Self.stamp(path).map { (path, $0) } })
    }

    private func publicPaths() throws -> [String] {
        var paths = [publicPath].compactMap(\.self)
        if let directory {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            paths += names.filter { $0.hasSuffix(".pem") }.map { "\(directory)/\($0)" }
        }
        return paths.sorted()
    }

    private static func stamp(_ path: String) -> Stamp? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        return Stamp(
            modifiedAt: (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0,
            size: attributes[.size] as? Int ?? 0,
            inode: attributes[.systemFileNumber] as? Int ?? 0
        )
    }
}
