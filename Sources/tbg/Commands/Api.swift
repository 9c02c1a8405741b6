import ArgumentParser
import Platform

/// `tbg api`: REST, `/ws` and pages; holds no state beyond its sockets (spec 11 §1).
struct Api: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve REST and live messages.")

    func run() async throws {
        let runtime = try await ServiceRole.nodeRuntime("api")
        let server = try await APIServer(runtime: runtime)
        try await ServiceRole.run(try server.services(), runtime)
    }
}
