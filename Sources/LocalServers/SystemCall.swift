import Glibc

/// The few calls of the C library used here, with errors that name the call and the path.
enum SystemCall {
    /// The text of an `errno` value, such as "No space left on device".
    static func message(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return buffer.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Throws the current `errno` unless `result` is zero or positive.
    @discardableResult
    static func check(_ result: Int32, _ call: String, _ path: String) throws -> Int32 {
        guard result >= 0 else { throw LocalServerError.system(call: call, path: path, code: errno) }
        return result
    }

    /// Creates a directory and its parents; an existing one keeps its mode.
    static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
        if mkdir(path, mode) == 0 || isDirectory(path) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw LocalServerError.system(call: "mkdir", path: path, code: errno)
        }
        try makeDirectory(String(path[..<slash]))
        if mkdir(path, mode) != 0, !isDirectory(path) { throw LocalServerError.system(call: "mkdir", path: path, code: errno) }
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 && !isDirectory(path) }

    /// The path with symbolic links resolved, or the path itself where that fails.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return buffer.withUnsafeBytes { String(decoding: $0.prefix(count), as: UTF8.self) }
    }

    /// The path from the root, seen from the current directory.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }
}
