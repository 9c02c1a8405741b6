import Foundation
import Glibc

/// An exclusive claim on a folder that ends with the process, however it ends: flock(2) on the file `lock` in it.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Claims the folder.
    ///
    /// - Throws: ``LocalServerError/directoryInUse(path:holder:)`` when another process has it.
    public init(directory: String) throws {
        let path = directory + "/lock"
        let descriptor = try SystemCall.check(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), "open", path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw LocalServerError.system(call: "flock", path: path, code: code) }
            let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            let holder = text.flatMap { Int32($0.filter { !$0.isWhitespace }) }
            throw LocalServerError.directoryInUse(path: directory, holder: holder)
        }
        ftruncate(descriptor, 0)
        let line = Array("\(getpid())\n".utf8)
        write(descriptor, line, line.count)
        self.descriptor = descriptor
    }

    deinit {
        // Explicitly: a child just being started shares the descriptor until it executes its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
