package import API
package import NIOCore

/// `/openapi.json`, `/docs` and `/redoc`, all made from the route table itself (spec 01 §9).
package enum DocumentationRoutes {
    private static let info = OpenAPIInfo(
        title: "The Bitcoin Game",
        version: BuildInfo.version,
        description: "Solo mining as a game: live mining data, sign-in with a Bitcoin address, and one WebSocket for everything that moves."
    )

    /// Call last: what is added to the table afterwards is not in the document.
    package static func add(to table: inout RouteTable<AppContext>, settings: Settings, random: RandomSource) throws {
        try table.addDocumentation(info, servesPages: settings.http.docsEnabled, makeNonce: { Hex.encode(random.bytes(16)) })
    }

    /// The document as a file.
    package static func document(_ table: RouteTable<AppContext>) throws -> ByteBuffer {
        OpenAPI.text(of: try OpenAPI.document(table, info))
    }
}
