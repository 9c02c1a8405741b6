import Foundation
import GameRules
import Platform

/// One page of a list of shares.
struct ShareSlice: Sendable, Equatable {
    /// Newest first.
    let rows: [ShareReadStore.Row]
    /// Where the next page begins; nil at the end of the list.
    let next: PagePosition?

    static let empty = ShareSlice(rows: [], next: nil)

    private init(rows: [ShareReadStore.Row], next: PagePosition?) {
        self.rows = rows
        self.next = next
    }

    /// - Parameters:
    ///   - found: the rows that match, at most one more than `limit`.
    ///   - lastExamined: the row at which looking for more was given up.
    ///   - window: where was looked.
    init(_ found: [ShareReadStore.Row], lastExamined: PagePosition?, limit: Int, window: ShareWindow) {
        guard found.count <= limit else {
            rows = Array(found.prefix(limit))
            next = rows.last?.position
            return
        }
        rows = found
        if let lastExamined {
            next = lastExamined
        } else if window.isLast {
            next = nil
        } else {
            // Fewer rows than the roll-ups tell of: go on before the window.
            next = PagePosition(time: window.start, id: Self.lowest)
        }
    }

    /// No identifier is lower.
    private static let lowest = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
