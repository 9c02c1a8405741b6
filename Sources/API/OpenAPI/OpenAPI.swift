public import NIOCore

/// What a document says about the product.
public struct OpenAPIInfo: Sendable {
    /// The product's name.
    public var title: String
    /// The product's version.
    public var version: String
    /// A paragraph about the product.
    public var description: String
    /// A sentence about each tag, in the order the tags should appear; tags that are not named follow in the order of the table.
    public var tags: [(name: String, description: String)]

    /// A description of the product.
    public init(title: String, version: String, description: String = "", tags: [(name: String, description: String)] = []) {
        self.title = title
        self.version = version
        self.description = description
        self.tags = tags
    }
}

/// The description of a route table in the OpenAPI 3.1 format.
public enum OpenAPI {
    /// The document of some routes.
    ///
    /// - Throws: `RouteTableError` when two different shapes carry one name.
    public static func document(for routes: [RouteDescription], info: OpenAPIInfo) throws -> JSONValue {
        var builder = OpenAPIBuilder(info: info)
        for route in routes { builder.add(route) }
        return try builder.document()
    }

    /// The document of a table.
    public static func document<Context>(_ table: RouteTable<Context>, _ info: OpenAPIInfo) throws -> JSONValue {
        try document(for: table.descriptions, info: info)
    }

    /// The document as text.
    public static func text(of document: JSONValue) -> ByteBuffer {
        var writer = JSONWriter()
        writer.value(document)
        return writer.buffer
    }
}
