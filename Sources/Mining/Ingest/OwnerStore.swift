import GameRules
import Platform
import Postgres

/// The SQL behind ``OwnerBook``.
struct OwnerStore: Sendable {
    /// Keeps addresses from changing hands until the transaction ends: a change takes the same lock exclusively. One lock a batch
    /// instead of a row lock a user.
    static let lockOwners: SQL = "select pg_advisory_xact_lock_shared(7462, 3)"
    /// Taken by whoever moves an address or removes a user, together with ``raiseEpoch``.
    package static let lockOwnersExclusively: SQL = "select pg_advisory_xact_lock(7462, 3)"
    package static let raiseEpoch: SQL = "update ownership_epoch set epoch = epoch + 1"
    static let readEpoch: SQL = "select epoch from ownership_epoch"

    /// Answers address, changed at, user: who held an address until when.
    func changes(of addresses: [String]) -> SQL {
        """
        select old_address, changed_at, user_id from wallet_address_history
        where old_address = any(\(addresses)) order by old_address, changed_at
        """
    }

    /// Answers address, user: who holds an address now.
    func holders(of addresses: [String]) -> SQL {
        "select btc_address, id from users where btc_address = any(\(addresses))"
    }

    /// Makes unclaimed rows (spec 02 §1). Addresses come sorted, so that two batches wait for each other in one order.
    func createUnclaimed(_ owners: [(address: String, since: Instant)]) -> SQL {
        """
        insert into users (btc_address, created_at, updated_at)
        select a, t, t from unnest(\(owners.map(\.address)), \(owners.map(\.since))) as o (a, t)
        on conflict (btc_address) do nothing
        """
    }
}
