import Dispatch
import Foundation
import Glibc

/// The file of a Unix socket that pools write to (spec 03a §4.1): bound under an exclusive lock, never world-writable, because whoever can
/// write here can invent shares.
final class PoolSocket: Sendable {
    let address: PoolAddress
    let descriptor: Int32
    private let lock: Int32
    private let inode: UInt64

    /// Binds. A stale socket at the path is replaced; anything else there is refused.
    /// - Parameter group: who may write besides the owner; nil leaves the process's group.
    convenience init(_ address: PoolAddress, group: gid_t? = nil) throws(CollectorError) {
        guard address.path.utf8.count <= 107 else { throw .pathTooLong }
        let directory = (address.path as NSString).deletingLastPathComponent
        if !directory.isEmpty { try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
        try self.init(address, group: group, lock: try FileLock.take(address.path + ".lock", for: address.path))
    }

    /// Binds anew where another socket's file was lost, under the lock that socket already holds.
    convenience init(replacing old: PoolSocket, group: gid_t? = nil) throws(CollectorError) {
        let lock = fcntl(old.lock, F_DUPFD_CLOEXEC, 0)
        guard lock >= 0 else { throw .system(call: "dup", code: errno) }
        try self.init(old.address, group: group, lock: lock)
    }

    private init(_ address: PoolAddress, group: gid_t?, lock: Int32) throws(CollectorError) {
        do {
            descriptor = try Self.bind(address, group: group)
        } catch {
            close(lock)
            throw error
        }
        self.address = address
        self.lock = lock
        inode = Self.inode(at: address.path) ?? 0
    }

    deinit {
        close(descriptor)
        close(lock)
    }

    /// Whether the file at the path is still this socket's.
    var isInPlace: Bool { Self.inode(at: address.path) == inode }

    /// Removes the file, so that the pool notices at once.
    func unlinkFile() {
        if isInPlace { unlink(address.path) }
    }

    private static func bind(_ address: PoolAddress, group: gid_t?) throws(CollectorError) -> Int32 {
        let path = address.path
        let facts = FileFacts(path: path)
        if facts.isPresent {
            guard facts.isSocket else { throw .notASocket(path: path) }
            unlink(path)
        }
        let type = address.kind == .datagram ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue
        let descriptor = socket(AF_UNIX, Int32(type | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        func fail(_ call: String) -> CollectorError {
            let code = errno
            close(descriptor)
            return .system(call: call, code: code)
        }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let mask = umask(0o117)
        let bound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        umask(mask)
        guard bound == 0 else { throw fail("bind") }
        if let group, chown(path, uid_t.max, group) != 0 { throw fail("chown") }
        if address.kind == .stream, listen(descriptor, 128) != 0 { throw fail("listen") }
        return descriptor
    }

    private static func inode(at path: String) -> UInt64? {
        FileFacts(path: path).inode
    }

    /// The number of a group.
    static func groupID(named name: String) throws(CollectorError) -> gid_t {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        let status = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65_536) { buffer in
            getgrnam_r(name, &entry, buffer.baseAddress, buffer.count, &found)
        }
        guard status == 0, found != nil else { throw .unknownGroup(name) }
        return entry.gr_gid
    }
}
