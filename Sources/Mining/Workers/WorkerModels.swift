import API
import GameRules

/// Which workers are asked for (spec 03 route 1).
struct WorkersQuery: EndpointInput {
    let includesArchived: Bool

    init(from fields: inout RequestFields) {
        includesArchived = fields.query("include_archived", .boolean, default: false, doc: "Also workers silent for 30 days")
    }
}

/// The worker a path names; whatever cannot be a name is nobody's worker.
struct WorkerPath: EndpointInput {
    let name: String

    init(from fields: inout RequestFields) {
        name = fields.path("name", .workerName, orThrow: .workerNotFound)
    }
}

/// The caller's workers.
struct WorkerList: ResponseObject {
    let workers: [WorkerItem]

    static let fields = JSONFields<WorkerList>()
        .field("workers", \.workers, "By name, in the order of bytes")
        .field("online_count", { $0.workers.count { $0.row.isOnline } })
        .field("total_count", \.workers.count)
}

/// One worker with its newest shares.
struct WorkerDetail: ResponseObject {
    let worker: WorkerItem
    let recentShares: [ShareItem]
    let rejects: [RejectCount]

    static let fields = JSONFields<WorkerDetail>()
        .field("worker", \.worker)
        .field("recent_shares", \.recentShares, "At most ten, newest first")
        .field("reject_reasons", \.rejects, "Of the last 30 UTC days, the most frequent first")
}

/// How often the pool rejected shares of a worker for one reason.
struct RejectCount: ResponseObject, Equatable {
    let reason: String?
    let count: Int64

    static let fields = JSONFields<RejectCount>("RejectCount")
        .field("reason", \.reason, "The pool's word; null when it gave none")
        .field("count", \.count)
}

/// Whether a worker is online (spec 03a §8.1).
enum WorkerStatus: String, JSONEncodable, CaseIterable {
    case online, offline
}

extension FieldRule where Value == String {
    /// A worker's name exactly as it is stored: nothing is trimmed or normalised, so that no other spelling finds it.
    static var workerName: FieldRule {
        FieldRule(schema: .string(TextShape(minimumLength: 1, maximumLength: 128)), standIn: "") { source, faults in
            if let name = source.string, (1...128).contains(name.unicodeScalars.count), !name.utf8.contains(0) { return name }
            faults.add(.format, "Is no name of a worker.")
            return nil
        }
    }
}

extension APIError {
    static let workerNotFound = APIError.notFound("worker_not_found", "You have no such worker.")
}
