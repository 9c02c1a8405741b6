package import Postgres

/// How changes of who holds an address are ordered with the events that need an owner (spec 03a §3).
package enum AddressOwnership {
    /// Keeps addresses from changing hands until the transaction ends. One lock a batch of events instead of a row lock a user.
    package static let lockShared: SQL = "select pg_advisory_xact_lock_shared(7462, 3)"
    /// Taken first by whoever moves an address or removes a user, together with ``raiseEpoch``: before any row is locked, because
    /// batches that hold the shared lock go on to rows.
    package static let lockExclusively: SQL = "select pg_advisory_xact_lock(7462, 3)"
    /// Tells every node that owners it remembers are stale.
    package static let raiseEpoch: SQL = "update ownership_epoch set epoch = epoch + 1"
    /// Answers the epoch remembered owners must be of.
    package static let readEpoch: SQL = "select epoch from ownership_epoch"
}
