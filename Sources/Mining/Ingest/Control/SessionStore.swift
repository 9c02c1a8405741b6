import GameRules
import Platform
import Postgres

/// The SQL of sessions. Rows change by last writer wins of pool time, so order and repetition do not matter.
struct SessionStore: Sendable {
    /// A worker nothing has been heard of for so long is off, seconds.
    var silence = ShareStore.onlineSeconds

    /// A session begins. It switches its worker on unless it is over already: a later disconnect is known, or it is too old to be evidence.
    /// Answers worker, whether it was switched on, last share.
    func connect(_ sessions: [(worker: Int64, connect: ConnectApplier.Connect)], now: Instant) -> SQL {
        """
        update workers w set
            is_online = w.is_online or d.wakes,
            connected_at = d.at,
            user_agent = coalesce(d.agent, w.user_agent),
            current_diff = coalesce(d.difficulty, w.current_diff),
            source = d.source,
            region = d.region,
            last_seen = greatest(w.last_seen, d.at),
            archived_at = null
        from (
            select d.*, b.is_online as was_online,
                   (b.disconnected_at is null or d.at >= b.disconnected_at) and d.at > \(now.adding(seconds: -silence)) as wakes
            from unnest(\(sessions.map(\.worker)), \(sessions.map(\.connect.session.time)), \(sessions.map(\.connect.payload.userAgent)),
                        \(sessions.map(\.connect.payload.initialDifficulty)), \(sessions.map(\.connect.event.envelope.source.rawValue)),
                        \(sessions.map(\.connect.event.envelope.region))) as d (id, at, agent, difficulty, source, region)
            join workers b on b.id = d.id
        ) d
        where w.id = d.id and (w.connected_at is null or d.at >= w.connected_at)
        returning w.id, w.is_online and not d.was_online, w.last_share
        """
    }

    /// The last known session ended. Answers worker, whether it was switched off, last share, begin of the last session.
    func disconnect(_ sessions: [(worker: Int64, time: Instant)]) -> SQL {
        """
        update workers w set is_online = false, disconnected_at = d.at, last_seen = greatest(w.last_seen, d.at)
        from (
            select d.*, b.is_online as was_online from unnest(\(sessions.map(\.worker)), \(sessions.map(\.time))) as d (id, at)
            join workers b on b.id = d.id
        ) d
        where w.id = d.id and d.at >= coalesce(greatest(w.connected_at, w.last_share, w.disconnected_at), '-infinity')
        returning w.id, d.was_online, w.last_share, w.connected_at
        """
    }

    /// The pool gave a session another target.
    func difficulty(_ changes: [(worker: Int64, difficulty: Double, time: Instant)]) -> SQL {
        """
        update workers w set current_diff = d.difficulty, last_seen = d.at, archived_at = null
        from unnest(\(changes.map(\.worker)), \(changes.map(\.difficulty)), \(changes.map(\.time))) as d (id, difficulty, at)
        where w.id = d.id and (w.last_seen is null or d.at >= w.last_seen)
        """
    }

    /// Answers user, workers online, workers in all: for the messages about a switch.
    static func counts(of users: [UserID]) -> SQL {
        """
        select user_id, count(*) filter (where is_online), count(*) from workers
        where user_id = any(\(users)) and archived_at is null group by user_id
        """
    }
}
