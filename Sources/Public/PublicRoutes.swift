package import API
import HTTPTypes
package import Platform

/// What anybody may open in a browser. The badges' pictures always; the pages where the documentation is
/// served too (`TBG_DOCS_ENABLED`).
package enum PublicRoutes {
    package static func add(to table: inout RouteTable<AppContext>, settings: Settings) {
        BadgePictureRoute.add(to: &table)
        guard settings.http.docsEnabled else { return }
        for file in StartPage.files {
            let response = RawResponse(
                file.content,
                contentType: file.mediaType + "; charset=utf-8",
                entityTag: file.entityTag,
                headers: [.contentSecurityPolicy: StartPage.policy]
            )
            table.add(endpoint(file)) { _, _ in response }
        }
    }

    private static func endpoint(_ file: StartPage.File) -> Endpoint<NoInput, RawResponse> {
        Endpoint(
            .get,
            file.path,
            id: file.id,
            tag: "Start page",
            summary: file.summary,
            auth: .none,
            // Like `/docs`: constant bytes, and one view of a page asks for twenty of them.
            rate: .none,
            cache: .revalidate,
            produces: .other(mediaType: file.mediaType)
        )
    }
}
