import API
import Content
import Crypto
import Foundation
import HTTPTypes
import NIOCore
import Platform

/// The badges' pictures, `/badges/<slug>.svg`.
enum BadgePictureRoute {
    /// The file's name in the path.
    struct Input: EndpointInput {
        let file: String

        init(from fields: inout RequestFields) {
            file = fields.path("file", .string(1...80), orThrow: BadgePictureRoute.unknown, doc: "The badge's slug and `.svg`")
        }
    }

    static let endpoint = Endpoint<Input, RawResponse>(
        .get,
        "/badges/{file}",
        id: "badgePicture",
        tag: "Start page",
        summary: "Picture of a badge",
        auth: .none,
        rate: .none,
        errors: [.notFound("badge_not_found")],
        cache: .public(maxAgeSeconds: 86_400),
        produces: .other(mediaType: "image/svg+xml")
    )

    static func add(to table: inout RouteTable<AppContext>) {
        table.add(endpoint) { input, _ in
            guard let answer = answers[input.file] else { throw unknown }
            return answer
        }
    }

    private static let unknown = APIError.notFound("badge_not_found", "There is no such badge.")

    /// By file name, made once.
    private static let answers: [String: RawResponse] = Dictionary(
        BadgeContent.all.compactMap { badge in BadgeContent.picture(badge.slug).map { (badge.slug + ".svg", answer($0)) } }
    ) { first, _ in first }

    private static func answer(_ bytes: [UInt8]) -> RawResponse {
        RawResponse(
            ByteBuffer(bytes: bytes),
            contentType: "image/svg+xml",
            entityTag: StartPage.entityTag(bytes),
            // Opened by itself, a picture is a document; it may load and run nothing.
            headers: [.contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'"]
        )
    }
}
