import API
import GameRules

/// A page of the ledger (spec 05 §9 no. 6).
struct LedgerQuery: EndpointInput {
    /// How far a caller may turn pages.
    private static let deepest = 100_000

    let page: Int
    let perPage: Int
    let source: XPSource?

    init(page: Int = 1, perPage: Int = 50, source: XPSource? = nil) {
        self.page = page
        self.perPage = perPage
        self.source = source
    }

    init(from fields: inout RequestFields) {
        page = fields.query("page", .integer(1...), default: 1)
        perPage = fields.query("per_page", .integer(1...100), default: 50)
        source = fields.optionalQuery("source", .oneOf(), doc: "Only entries of this kind")
        if page.multipliedReportingOverflow(by: perPage).overflow || page * perPage > Self.deepest {
            fields.fault("page", .outOfRange, "page × per_page must be at most \(Self.deepest).")
        }
    }
}

/// What experience was given for, and how much.
struct LedgerEntry: ResponseObject, Equatable {
    let amount: Int32
    let source: String
    let sourceID: String?
    let description: String?
    let createdAt: Instant

    static let fields = JSONFields<LedgerEntry>("XPEntry")
        .field("amount", \.amount, "Negative only in adjustments")
        .field("source", \.source)
        .field("source_id", \.sourceID)
        .field("description", \.description)
        .field("created_at", \.createdAt.rfc3339)
}

/// Some entries of the ledger.
struct LedgerPage: ResponseObject {
    let entries: [LedgerEntry]
    let total: Int64
    let page: Int
    let perPage: Int

    static let fields = JSONFields<LedgerPage>("XPHistory")
        .field("entries", \.entries, "Newest first; empty past the end")
        .field("total", \.total, "Entries of all pages")
        .field("page", \.page)
        .field("per_page", \.perPage)
}
