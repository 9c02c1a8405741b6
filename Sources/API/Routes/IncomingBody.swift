import HTTPTypes
import Hummingbird
import NIOCore

/// The body of a request within the limits of spec 01 §5.
struct IncomingBody {
    /// The deepest nesting of a body.
    static let maximumDepth = 16

    private let request: Request
    private let limit: Int

    init(_ request: Request, limit: Int) {
        self.request = request
        self.limit = limit
    }

    private var isIgnored: Bool { request.method == .get || request.method == .head }

    /// Refuses what the head alone shows to be unacceptable.
    func checkHead() throws(APIError) {
        guard let text = request.headers[.contentLength], let length = Int(text), length > 0 else { return }
        if length > limit { throw .payloadTooLarge }
        if !isIgnored { try checkType() }
    }

    /// Reads the body. Too large a body is thrown, everything else that is wrong with it is returned, because the gate goes first.
    func read(for route: RouteDescription) async throws -> Result<JSONObject, APIError> {
        if isIgnored {
            // Only what the head announces is worth waiting for.
            let headers = request.headers
            if headers[.contentLength].map({ $0 != "0" }) ?? headers.contains(.transferEncoding) { _ = try await collect() }
            return .success(JSONObject())
        }
        let bytes = try await collect()
        do throws(APIError) {
            return .success(try parse(bytes, route))
        } catch {
            return .failure(error)
        }
    }

    private func collect() async throws(APIError) -> ByteBuffer {
        var bytes = ByteBuffer()
        var chunks = request.body.makeAsyncIterator()
        while true {
            let next: ByteBuffer?
            do { next = try await chunks.next() } catch { throw Task.isCancelled ? .requestTimeout : .brokenBody }
            // Cancelled reading looks like the end of the body.
            if Task.isCancelled { throw .requestTimeout }
            guard var chunk = next else { return bytes }
            if bytes.readableBytes + chunk.readableBytes > limit { throw .payloadTooLarge }
            if bytes.readableBytes == 0 { bytes = chunk } else { bytes.writeBuffer(&chunk) }
        }
    }

    private func parse(_ bytes: ByteBuffer, _ route: RouteDescription) throws(APIError) -> JSONObject {
        if bytes.readableBytes == 0 {
            if route.requiresBody { throw .validation("body", .required, "A request body is required.") }
            return JSONObject()
        }
        try checkType()
        // No Swift string can hold a lone surrogate. NUL stands in for it, which every rule for text refuses as an invalid character.
        let parser = JSONParser(maximumDepth: IncomingBody.maximumDepth, loneSurrogateReplacement: "\0")
        let value: JSONValue
        do {
            value = try parser.parse(bytes.readableBytesView)
        } catch {
            throw .malformedJSON
        }
        guard case .object(let object) = value else { throw .validation("body", .type, "The request body must be a JSON object.") }
        return object
    }

    /// `application/json`, in UTF-8 if the charset is named, and not compressed.
    private func checkType() throws(APIError) {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" { throw .unsupportedMediaType }
        guard let text = request.headers[.contentType] else { throw .unsupportedMediaType }
        if text == "application/json" { return }
        let parts = text.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        guard parts.first == "application/json" else { throw .unsupportedMediaType }
        for parameter in parts.dropFirst() where parameter.hasPrefix("charset=") && parameter != "charset=utf-8" {
            throw .unsupportedMediaType
        }
    }
}
