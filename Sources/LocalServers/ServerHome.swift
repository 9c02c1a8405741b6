import Foundation
import Glibc

/// Where a server keeps its files and its socket.
///
/// Two limits shape it: a Unix socket's path has at most 107 bytes (sun_path of unix(7)), and an unprivileged server must be able to walk to its
/// folder, which fails below root's own home directory.
public struct ServerHome: Equatable, Sendable {
    /// Longest path of a Unix socket in bytes.
    public static let maximumSocketPathBytes = 107

    /// The folder of the server's files.
    public let directory: String
    /// The folder of its socket, readable by its owner alone.
    public let socketDirectory: String

    /// The home in `directory` itself when a socket called `socketName` fits there, with the socket under /tmp otherwise.
    public static func plan(directory: String, socketName: String) -> ServerHome {
        let inside = directory + "/run"
        let fits = inside.utf8.count + 1 + socketName.utf8.count <= maximumSocketPathBytes
        return ServerHome(directory: directory, socketDirectory: fits ? inside : "/tmp/tbg-" + fingerprint(directory))
    }

    /// 16 hexadecimal digits that stand for a path (FNV-1a, 64 bit).
    public static func fingerprint(_ path: String) -> String {
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Creates both folders with mode 0700 for `account`.
    func create(for account: ServiceAccount?) throws {
        for path in [directory, socketDirectory] {
            try SystemCall.makeDirectory(path, mode: 0o700)
            var status = stat()
            try SystemCall.check(lstat(path, &status), "stat", path)
            // Someone else's folder under /tmp with our name would hand them our socket.
            guard [geteuid(), account?.userID].contains(status.st_uid), status.st_mode & S_IFMT == S_IFDIR else {
                throw LocalServerError.system(call: "open", path: path, code: EACCES)
            }
            if let account { try SystemCall.check(chown(path, account.userID, account.groupID), "chown", path) }
            try SystemCall.check(chmod(path, 0o700), "chmod", path)
        }
    }

    /// The folder `account` can use for `directory`: itself where it can walk there, else a folder under /var/lib that `directory` links to.
    static func reachable(_ directory: String, by account: ServiceAccount?) async throws -> String {
        guard let account else { return directory }
        if try await canWalk(to: directory, account) { return directory }
        let shared = "/var/lib/tbg"
        let target = shared + "/" + fingerprint(directory)
        let link = directory + "/elsewhere"
        // The folder is the state: where it was deleted, its distant part goes too.
        if SystemCall.linkTarget(link) != target {
            try? FileManager.default.removeItem(atPath: target)
            try SystemCall.check(symlink(target, link), "symlink", link)
        }
        try SystemCall.makeDirectory(target)
        // The mask of whoever made it may have closed it to the account, which only has to walk through.
        try SystemCall.check(chmod(shared, 0o755), "chmod", shared)
        return target
    }

    private static func canWalk(to directory: String, _ account: ServiceAccount) async throws -> Bool {
        try await Command("/usr/bin/test", ["-d", directory + "/."], account: account).run().status.isSuccess
    }
}
