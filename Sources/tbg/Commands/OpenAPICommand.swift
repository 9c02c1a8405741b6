import API
import ArgumentParser
import Foundation
import NIOCore
import Platform

/// `tbg openapi`: the document of `/openapi.json`, for tools that want a file.
struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "openapi", abstract: "Print the OpenAPI 3.1 document.")

    func run() async throws {
        let runtime = try await ServiceRole.runtime("openapi")
        let server = try await APIServer(runtime: runtime)
        Console.line(String(buffer: try DocumentationRoutes.document(server.table)))
        await runtime.close()
    }
}
