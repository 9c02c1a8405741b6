package import API

/// Where a page stands in its list (spec 01 §1).
package struct Pagination: ResponseObject {
    package let limit: Int
    /// Continues the list; nil at its end.
    package let nextCursor: String?

    package init(limit: Int, nextCursor: String?) {
        self.limit = limit
        self.nextCursor = nextCursor
    }

    package static let fields = JSONFields<Pagination>()
        .field("limit", \.limit)
        .field("has_more", { $0.nextCursor != nil })
        .field("next_cursor", \.nextCursor, "Null on the last page")
}
