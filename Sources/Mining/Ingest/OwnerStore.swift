import GameRules
import Platform
import Postgres

/// The SQL behind ``OwnerBook``.
struct OwnerStore: Sendable {
    static let lockOwners = AddressOwnership.lockShared
    static let readEpoch = AddressOwnership.readEpoch

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
