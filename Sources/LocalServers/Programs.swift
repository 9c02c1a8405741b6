import Glibc

/// Where the servers' programs are.
enum Programs {
    /// A program on PATH or in the system's directories.
    static func find(_ name: String, debianPackage: String) throws -> String {
        let path = (getenv("PATH").map { String(cString: $0) } ?? "") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        for directory in path.split(separator: ":") where SystemCall.isExecutable("\(directory)/\(name)") { return "\(directory)/\(name)" }
        throw LocalServerError.missingProgram(name: name, debianPackage: debianPackage)
    }

    static func setpriv() throws -> String { try find("setpriv", debianPackage: "util-linux") }
}

/// One installation of PostgreSQL's programs.
struct PostgresInstallation: Equatable {
    /// Oldest major version the product supports (spec 01 §10).
    static let oldestMajorVersion = 15

    /// The directory that holds `postgres`, `initdb` and `psql`.
    let binaries: String

    /// The newest installation, or the one that can open data of `majorVersion`.
    static func find(majorVersion: Int? = nil, root: String = "/usr/lib/postgresql") throws -> PostgresInstallation {
        let installed = (oldestMajorVersion...40).reversed()
        for version in majorVersion.map({ [$0] }) ?? Array(installed) where SystemCall.isExecutable("\(root)/\(version)/bin/postgres") {
            return PostgresInstallation(binaries: "\(root)/\(version)/bin")
        }
        let onPath = try Programs.find("postgres", debianPackage: "postgresql-\(majorVersion ?? oldestMajorVersion)")
        let directory = SystemCall.resolved(onPath).split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return PostgresInstallation(binaries: directory.joined(separator: "/"))
    }

    func program(_ name: String) -> String { "\(binaries)/\(name)" }

    /// True when this installation has TimescaleDB's library.
    var offersTimescale: Bool {
        ["lib", "lib/postgresql"].contains { SystemCall.exists("\(binaries)/../\($0)/timescaledb.so") }
    }
}
