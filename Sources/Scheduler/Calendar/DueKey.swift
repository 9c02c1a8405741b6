/// One due run of a task: a calendar slot, which names it, and the instant it is due.
public struct DueKey: Hashable, Sendable {
    let grid: SlotGrid
    let slot: Int64
    /// When the run is due, in Unix seconds.
    public let dueAtSeconds: Int64

    /// When the slot the key names begins, in Unix seconds.
    public var slotStartSeconds: Int64 { grid.start(of: slot) }

    /// When the run is due, in Unix milliseconds.
    public var dueAtMilliseconds: Int64 { dueAtSeconds * 1_000 }

    /// `2026-W09`, `2026-02`, `2026-02-25`, `2026-02-25T04:00` or `2026-02-25T04:00:30` (spec 11 §7).
    public var text: String { grid.text(of: slot) }
}

extension DueKey: Comparable, CustomStringConvertible {
    /// Runs that are due earlier come first.
    public static func < (left: DueKey, right: DueKey) -> Bool { left.dueAtSeconds < right.dueAtSeconds }

    /// The key's text.
    public var description: String { text }
}
