import API

/// The three ways a pool writes an event (spec 03a §2.1).
enum Dialect: Sendable {
    /// Member `event` and an object `data`.
    case native
    /// Member `event`; the payload's members stand beside it.
    case flat
    /// Members `type`, a dotted name, and `payload`.
    case dotted
}

/// An event as a datagram tells it, its names already canonical, nothing checked yet.
struct DialectEvent {
    let dialect: Dialect
    /// Canonical event name, or the pool's own when it is unknown.
    let name: String
    /// Members of the payload under canonical names.
    let members: JSONObject

    /// Members that belong to the envelope of a flat event.
    private static let envelopeMembers = ["event", "ts", "timestamp", "source", "region", "event_id", "v"]

    init(_ object: JSONObject) throws(EventRejection) {
        if let event = object["event"], !event.isNull {
            guard let name = event.stringValue, !name.isEmpty else { throw .bad("event") }
            self.name = name
            guard let data = object["data"] else {
                dialect = .flat
                var members = object
                for member in Self.envelopeMembers { members[member] = nil }
                self.members = members
                return
            }
            guard let members = data.objectValue else { throw .bad("data") }
            dialect = .native
            self.members = members
            return
        }
        guard let type = object["type"], !type.isNull else { throw .missing("event") }
        guard let dotted = type.stringValue, !dotted.isEmpty else { throw .bad("type") }
        guard let payload = object["payload"], !payload.isNull else { throw .missing("payload") }
        guard let members = payload.objectValue else { throw .bad("payload") }
        dialect = .dotted
        let names = DottedEvent.known[dotted]
        name = names?.event ?? dotted
        self.members = names?.canonical(members) ?? members
    }
}

/// How one dotted event is called in the native dialect, and its members.
private struct DottedEvent {
    let event: String
    /// Dotted names and canonical names of the members that differ.
    var renamed: [(from: String, to: String)] = []

    /// Members under their canonical names, in the same order. Names may be swapped, so this goes by the old ones.
    func canonical(_ members: JSONObject) -> JSONObject {
        var result = JSONObject()
        for (name, value) in members {
            let target = renamed.first { $0.from == name }?.to ?? name
            // A member that was renamed counts more than one that already had the name.
            if target == name, renamed.contains(where: { $0.to == name && members[$0.from] != nil }) { continue }
            result[target] = value
        }
        if event == EventKind.bestDifficulty.rawValue, result["timeframe"] == "weekly" { result["timeframe"] = "week" }
        if event == EventKind.shareSubmitted.rawValue { result["accepted"] = true }
        return result
    }

    /// The two difficulty members of a share mean the opposite here: `diff` is achieved, `sdiff` is the target.
    static let known: [String: DottedEvent] = [
        "share.accepted": DottedEvent(
            event: "share_submitted",
            renamed: [("diff", "sdiff"), ("sdiff", "diff"), ("address", "user")]
        ),
        "share.submitted": DottedEvent(event: "share.submitted", renamed: [("address", "user")]),
        "block.found": DottedEvent(event: "block_found", renamed: [("address", "user"), ("reward_sat", "reward_sats")]),
        "miner.connected": DottedEvent(
            event: "miner_connected",
            renamed: [("address", "user"), ("ip_address", "ip"), ("user_agent", "useragent")]
        ),
        "miner.disconnected": DottedEvent(
            event: "miner_disconnected",
            renamed: [("address", "user"), ("session_duration_sec", "session_duration"), ("shares_accepted", "shares_session")]
        ),
        "difficulty.update": DottedEvent(event: "diff_updated", renamed: [("address", "user")]),
        "hashrate.update": DottedEvent(event: "hashrate_update", renamed: [("address", "user")]),
        "bestdiff.update": DottedEvent(
            event: "share_best_diff",
            renamed: [("address", "user"), ("previous_best", "prev_best"), ("scope", "timeframe")]
        ),
    ]
}
