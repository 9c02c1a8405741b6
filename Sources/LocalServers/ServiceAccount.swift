import Glibc

/// The unprivileged account servers run as when this process is root: PostgreSQL refuses to run as root.
public struct ServiceAccount: Equatable, Sendable {
    /// Login name.
    public let name: String
    /// Numeric user id.
    public let userID: UInt32
    /// Numeric id of its main group.
    public let groupID: UInt32

    /// The account of that name, or nil where the system has none.
    public static func named(_ name: String) -> ServiceAccount? {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &record, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return ServiceAccount(name: name, userID: record.pw_uid, groupID: record.pw_gid)
    }

    /// `postgres` when this process is root, nil (stay as we are) otherwise.
    static func forDatabase() throws -> ServiceAccount? {
        guard geteuid() == 0 else { return nil }
        guard let account = named("postgres") else {
            throw LocalServerError.missingProgram(name: "user postgres", debianPackage: "postgresql-15")
        }
        return account
    }
}
