/// Which of the collector's destinations an event goes to (spec 03a §2, §3).
package struct EventRoute: Sendable, Equatable {
    /// Key of the Redis stream; nil when no reader wants the event.
    package var stream: String?
    /// Whether the event is kept in `mining_events`.
    package var isLogged: Bool

    /// - Parameter logsShares: whether shares are kept in the raw log (`TBG_COLLECTOR_RAW_SHARES`).
    package init(_ event: ParsedDatagram, logsShares: Bool) {
        isLogged = logsShares || !(event.payload?.kind == .shareSubmitted || event.name == "share.submitted")
        guard let payload = event.payload else {
            stream = EventKind.loggedOnly.contains(event.name) ? nil : EventKind.unknownStream
            return
        }
        // A block is worth a row even without an owner; everything else about nobody is of no use.
        let isForReaders = payload.user == nil || payload.kind == .blockFound || payload.user?.canonicalAddress != nil
        stream = isForReaders ? payload.kind.stream : nil
    }
}
