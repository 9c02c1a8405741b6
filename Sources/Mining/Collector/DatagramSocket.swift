import Dispatch
import Foundation
import Glibc

/// Why the collector cannot listen.
package enum CollectorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another collector holds the path's lock.
    case inUse(path: String)
    /// Something that is no socket lies at the path.
    case notASocket(path: String)
    /// The path does not fit a socket address.
    case pathTooLong
    /// A system call failed.
    case system(call: String, code: Int32)

    package var description: String {
        switch self {
        case .inUse(let path): "another collector listens at \(path)"
        case .notASocket(let path): "\(path) exists and is no socket"
        case .pathTooLong: "the socket path has more than 107 bytes"
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        }
    }
}

/// The Unix datagram socket the pool writes to (spec 03a §4.1): bound under an exclusive lock, never world-writable.
final class DatagramSocket: Sendable {
    let path: String
    private let descriptor: Int32
    private let lock: Int32
    private let inode: UInt64

    /// Binds. A stale socket at the path is replaced; anything else there is refused.
    init(path: String) throws(CollectorError) {
        guard path.utf8.count <= 107 else { throw .pathTooLong }
        self.path = path
        let directory = (path as NSString).deletingLastPathComponent
        if !directory.isEmpty { try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
        lock = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .system(call: "open", code: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw .inUse(path: path)
        }
        do {
            descriptor = try Self.bind(path)
        } catch {
            close(lock)
            throw error
        }
        inode = Self.inode(at: path) ?? 0
    }

    /// Binds anew where another socket's file was lost, under the lock that socket already holds.
    init(replacing old: DatagramSocket) throws(CollectorError) {
        path = old.path
        lock = fcntl(old.lock, F_DUPFD_CLOEXEC, 0)
        guard lock >= 0 else { throw .system(call: "dup", code: errno) }
        do {
            descriptor = try Self.bind(path)
        } catch {
            close(lock)
            throw error
        }
        inode = Self.inode(at: path) ?? 0
    }

    deinit {
        close(descriptor)
        close(lock)
    }

    /// Whether the file at the path is still this socket's.
    var isInPlace: Bool { Self.inode(at: path) == inode }

    /// Removes the file, so that the pool notices at once.
    func unlinkFile() {
        if isInPlace { unlink(path) }
    }

    /// Calls back with every datagram that arrives, on one queue, until the source is cancelled. `isTruncated` tells of a longer one.
    func makeReader(_ receive: @escaping @Sendable (UnsafeRawBufferPointer, _ isTruncated: Bool) -> Void) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor,
            queue: DispatchQueue(label: "tbg.collector", qos: .userInitiated)
        )
        source.setEventHandler { [self] in drain(receive) }
        return source
    }

    /// Takes everything that is queued.
    func drain(_ receive: (UnsafeRawBufferPointer, _ isTruncated: Bool) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: DatagramParser.maximumByteCount + 1, alignment: 16) { buffer in
            while true {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT | MSG_TRUNC))
                guard count >= 0 else { return }
                let kept = min(count, buffer.count)
                receive(UnsafeRawBufferPointer(rebasing: buffer[..<kept]), count > DatagramParser.maximumByteCount)
            }
        }
    }

    private static func bind(_ path: String) throws(CollectorError) -> Int32 {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
            unlink(path)
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let mask = umask(0o117)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        let code = errno
        umask(mask)
        guard bound == 0 else {
            close(descriptor)
            throw .system(call: "bind", code: code)
        }
        return descriptor
    }

    private static func inode(at path: String) -> UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
