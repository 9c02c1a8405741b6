import Accounts
import ArgumentParser
import Foundation
import Platform

/// `tbg api`: REST, `/ws` and pages; holds no state beyond its sockets (spec 11 §1).
struct Api: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve REST and live messages.")

    func run() async throws {
        let runtime = try await ServiceRole.nodeRuntime("api")
        try await ServiceRole.run(try await server(runtime).services(), runtime)
    }

    /// The server, or the end of the process with code 78 when the directory of public keys holds what must not be there.
    private func server(_ runtime: Runtime) async throws -> APIServer {
        do {
            return try await APIServer(runtime: runtime)
        } catch let failure as KeyRing.Failure {
            await runtime.close()
            Console.error("configuration refused:\n  TBG_JWT_VERIFY_KEYS_DIR or TBG_JWT_PUBLIC_KEY_PATH: \(failure.explanation)")
            Foundation.exit(ConfigurationError.exitCode)
        }
    }
}
