import GameRules
import Platform
import Postgres
import Synchronization

/// Who owns an event: a pure function of (address, pool time), so that a redelivery after a wallet change finds the same owner
/// (spec 03a §3).
struct AddressOwners: Sendable, Equatable {
    /// Who held the address until when, earliest first.
    var changes: [(until: Instant, user: UserID)] = []
    /// Who holds it now.
    var holder: UserID?

    func owner(at time: Instant) -> UserID? {
        changes.first { $0.until > time }?.user ?? holder
    }

    static func == (left: AddressOwners, right: AddressOwners) -> Bool {
        left.holder == right.holder && left.changes.elementsEqual(right.changes) { $0 == $1 }
    }
}

/// Remembers owners between batches. What it remembers holds for one epoch: every change of an address raises the epoch in the
/// database, and a batch that reads another epoch starts with an empty book.
package final class OwnerBook: Sendable {
    private struct Pages {
        var epoch: Int64 = -1
        var owners: [String: AddressOwners] = [:]
    }

    private let pages = Mutex(Pages())
    private let store = OwnerStore()
    /// Bound of the memory: about 100 bytes an address.
    private let maximumAddresses: Int

    package init(maximumAddresses: Int = 200_000) {
        self.maximumAddresses = maximumAddresses
    }

    /// What one transaction sees and learns; given back to the book after its commit.
    struct Reading: Sendable {
        let epoch: Int64
        var owners: [String: AddressOwners]
        var learned: [String: AddressOwners] = [:]

        func owner(of address: String, at time: Instant) -> UserID? { owners[address]?.owner(at: time) }
    }

    /// Finds the owners of addresses, under a lock that keeps them until the transaction ends.
    /// - Parameter times: pool times by address, of all events that need an owner.
    func read(_ addresses: Set<String>, in transaction: PostgresTransaction) async throws -> Reading {
        let results = try await transaction.pipeline([OwnerStore.lockOwners, OwnerStore.readEpoch])
        let epoch = try results[1].value(Int64.self) ?? 0
        let known = pages.withLock { pages in
            if pages.epoch != epoch { pages = Pages(epoch: epoch) }
            return pages.owners.count == 0 ? [:] : addresses.reduce(into: [:]) { $0[$1] = pages.owners[$1] }
        }
        var reading = Reading(epoch: epoch, owners: known)
        let missing = addresses.filter { known[$0] == nil }
        if !missing.isEmpty { try await look(up: missing.sorted(), into: &reading, in: transaction) }
        return reading
    }

    /// Makes unclaimed users for addresses nobody holds.
    /// - Parameter since: pool time of each address's earliest accepted share.
    func create(_ since: [String: Instant], into reading: inout Reading, in transaction: PostgresTransaction) async throws {
        guard !since.isEmpty else { return }
        let owners = since.map { (address: $0.key, since: $0.value) }.sorted { $0.address < $1.address }
        try await transaction.execute(store.createUnclaimed(owners))
        // The rows may be another transaction's: they are read again rather than returned.
        try await look(up: owners.map(\.address), into: &reading, in: transaction)
    }

    /// Remembers what a committed transaction learned.
    func remember(_ reading: Reading) {
        guard !reading.learned.isEmpty else { return }
        pages.withLock { pages in
            guard pages.epoch == reading.epoch else { return }
            if pages.owners.count + reading.learned.count > maximumAddresses { pages.owners.removeAll() }
            pages.owners.merge(reading.learned) { _, new in new }
        }
    }

    private func look(up addresses: [String], into reading: inout Reading, in transaction: PostgresTransaction) async throws {
        let results = try await transaction.pipeline([store.changes(of: addresses), store.holders(of: addresses)])
        var found: [String: AddressOwners] = [:]
        for row in results[0] {
            let (address, until, user) = try row.decode((String, Instant, UserID).self)
            found[address, default: AddressOwners()].changes.append((until, user))
        }
        for row in results[1] {
            let (address, user) = try row.decode((String, UserID).self)
            found[address, default: AddressOwners()].holder = user
        }
        for (address, owners) in found {
            reading.owners[address] = owners
            // An address without a holder may get one by a sign-in, which raises no epoch.
            if owners.holder != nil { reading.learned[address] = owners }
        }
    }
}
