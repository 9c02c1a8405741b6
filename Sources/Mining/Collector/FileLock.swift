import Glibc

/// Exclusive locks on files: at most one collector for a path.
enum FileLock {
    /// - Parameter path: of the lock file, made when missing.
    /// - Returns: the descriptor that holds the lock until it is closed.
    static func take(_ path: String, for subject: String) throws(CollectorError) -> Int32 {
        let lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .system(call: "open", code: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw .inUse(path: subject)
        }
        return lock
    }

    /// Gives a lock up at once, even while a child process just being started still holds a copy of the descriptor.
    static func release(_ lock: Int32) {
        flock(lock, LOCK_UN)
        close(lock)
    }
}
