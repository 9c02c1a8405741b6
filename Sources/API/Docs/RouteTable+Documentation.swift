import HTTPTypes
import NIOCore

extension RouteTable {
    /// Adds `/openapi.json` and, if wanted, the pages `/docs` and `/redoc`. Call it last: the document lists what the table holds then, these
    /// routes included.
    ///
    /// - Parameters:
    ///   - makeNonce: at least 128 random bits in base64url for each page; the system's generator unless given.
    /// - Throws: `RouteTableError` when two different shapes carry one name.
    public mutating func addDocumentation(
        _ info: OpenAPIInfo,
        tag: String = "Meta",
        servesPages: Bool,
        makeNonce: (@Sendable () -> String)? = nil
    ) throws {
        let specification = Endpoint<NoInput, RawResponse>(
            .get,
            "/openapi.json",
            id: "getOpenAPI",
            tag: tag,
            summary: "This description (OpenAPI 3.1)",
            auth: .none,
            rate: .relaxed,
            cache: .public(maxAgeSeconds: 300),
            produces: .json(.any)
        )
        let pages: [(Endpoint<NoInput, RawResponse>, ReferencePage)] = [
            (RouteTable.page("/docs", id: "getDocs", tag: tag, summary: "Interactive API page"), ReferencePage(.interactive)),
            (RouteTable.page("/redoc", id: "getReference", tag: tag, summary: "Readable API reference"), ReferencePage(.readable)),
        ]
        let servedPages = servesPages ? pages : []

        let added = [RouteDescription(specification)] + servedPages.map { RouteDescription($0.0) }
        let text = OpenAPI.text(of: try OpenAPI.document(for: descriptions + added, info: info))
        let entityTag = RouteTable.entityTag(of: text)
        add(specification) { _, _ in .json(text, entityTag: entityTag) }
        for (endpoint, page) in servedPages {
            add(endpoint) { _, _ in
                var random = SystemRandomNumberGenerator()
                return page.response(nonce: makeNonce?() ?? ReferencePage.makeNonce(using: &random))
            }
        }
    }

    private static func page(_ path: String, id: String, tag: String, summary: String) -> Endpoint<NoInput, RawResponse> {
        Endpoint(
            .get,
            path,
            id: id,
            tag: tag,
            summary: summary,
            auth: .none,
            rate: .none,
            produces: .other(mediaType: "text/html")
        )
    }

    /// A tag that changes with the text (FNV-1a, 64 bits).
    private static func entityTag(of text: ByteBuffer) -> String {
        let hash = text.readableBytesView.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\"\(String(hash, radix: 16))\""
    }
}
