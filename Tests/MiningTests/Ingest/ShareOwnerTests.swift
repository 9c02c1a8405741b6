import Foundation
import GameRules
import Platform
import Postgres
import Redis
import Testing

@testable import Bitcoin
@testable import Mining

/// Whose a share is, and what makes a user (spec 03a §3, §12, §13.16, §13.20).
@Suite("Owners of shares", .serialized)
struct ShareOwnerTests {
    private static func share(
        _ rig: IngestRig,
        at time: Instant,
        address: String = SliceRig.address,
        id: UUID = UUID(),
        accepted: Bool = true
    ) throws -> MiningEvent {
        try rig.event(
            .shareSubmitted,
            at: time,
            id: id,
            #"{"user":"\#(address)","worker":"rig1","diff":1000,"sdiff":2000,"accepted":\#(accepted)}"#
        )
    }

    private static func user(_ rig: IngestRig, _ address: String) async throws -> Int64 {
        try await rig.number(
            "insert into users (btc_address, created_at, updated_at) values (\(address), now(), now()) returning id"
        )
    }

    /// Moves a user to another address, as a change of wallet does.
    private static func move(_ rig: IngestRig, _ user: Int64, from old: String, to new: String, at time: Instant) async throws {
        try await rig.runtime.database.transaction { transaction in
            try await transaction.execute(AddressOwnership.lockExclusively)
            try await transaction.execute("update users set btc_address = \(new) where id = \(user)")
            try await transaction.execute(
                """
                insert into wallet_address_history (user_id, old_address, new_address, proven, changed_at)
                values (\(user), \(old), \(new), true, \(time))
                """
            )
            try await transaction.execute(AddressOwnership.raiseEpoch)
        }
    }

    /// Rows by owner, `user:count`.
    private static func owners(_ rig: IngestRig) async throws -> [String] {
        try await rig.runtime.database.query("select user_id || ':' || count(*) from shares group by user_id order by user_id")
            .map { try String(postgres: $0[0]) }
    }

    @Test("Shares before a change of wallet are the old holder's, also when delivered again after it; later ones make a new user")
    func redelivered() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            let (change, pipeline) = (now.adding(seconds: -60), rig.pipeline())
            let user = try await Self.user(rig, SliceRig.address)
            let early = try (0..<5).map { try Self.share(rig, at: change.adding(seconds: Int64($0) - 10)) }
            #expect(try await pipeline.shares.apply(early, now: now) == 5)
            try await Self.move(rig, user, from: SliceRig.address, to: RigAddress.second, at: change)

            let late = try (0..<3).map { try Self.share(rig, at: change.adding(seconds: Int64($0))) }
            let straggler = try Self.share(rig, at: change.adding(seconds: -1))
            for _ in 0..<2 { _ = try await pipeline.shares.apply(early + late + [straggler], now: now) }
            let heir = try await rig.number("select id from users where btc_address = \(SliceRig.address)")
            #expect(try await Self.owners(rig) == ["\(user):6", "\(heir):3"])
            #expect(try await rig.number("select count(*) from users where id = \(heir) and created_at = \(change)") == 1)
            #expect(try await rig.number("select sum(total_shares)::bigint from user_share_totals") == 9)
        }
    }

    @Test("An address that was freed, mined by nobody and taken by another account is that account's from the change on")
    func taken() async throws {
        try await IngestRig.run { rig in
            let now = Clock.system.now()
            let (first, second) = (now.adding(seconds: -600), now.adding(seconds: -300))
            let leaving = try await Self.user(rig, SliceRig.address)
            let coming = try await Self.user(rig, RigAddress.third)
            try await Self.move(rig, leaving, from: SliceRig.address, to: RigAddress.second, at: first)
            try await Self.move(rig, coming, from: RigAddress.third, to: SliceRig.address, at: second)
            let shares = try [-700, -400, -100].map { try Self.share(rig, at: now.adding(seconds: $0)) }
            for _ in 0..<2 { _ = try await rig.pipeline().shares.apply(shares.shuffled(), now: now) }
            #expect(try await Self.owners(rig) == ["\(leaving):1", "\(coming):2"])
            #expect(try await rig.number("select count(*) from users") == 2)
        }
    }

    @Test("After the owner is deleted, the address begins anew; nothing of the deleted user is written to")
    func deleted() async throws {
        try await IngestRig.run { rig in
            let (now, pipeline) = (Clock.system.now(), rig.pipeline())
            let user = try await Self.user(rig, SliceRig.address)
            _ = try await pipeline.shares.apply([try Self.share(rig, at: now.adding(seconds: -10))], now: now)
            try await rig.runtime.database.transaction { transaction in
                try await transaction.execute(AddressOwnership.lockExclusively)
                try await transaction.execute("delete from users where id = \(user)")
                try await transaction.execute(AddressOwnership.raiseEpoch)
            }
            _ = try await pipeline.shares.apply([try Self.share(rig, at: now)], now: now)
            let heir = try await rig.number("select id from users where btc_address = \(SliceRig.address)")
            #expect(heir != user)
            #expect(try await rig.number("select total_shares from user_share_totals where user_id = \(heir)") == 1)
            #expect(try await rig.number("select count(*) from user_share_totals") == 1)
        }
    }

    @Test("Rejected shares, connects and records of ten thousand strangers make no user; one accepted share makes one, dated by itself")
    func strangers() async throws {
        try await IngestRig.run { rig in
            let (now, pipeline) = (Clock.system.now(), rig.pipeline())
            let addresses = (0..<10_000).map { number in
                let program = withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) } + [UInt8](repeating: 7, count: 16)
                return BitcoinAddress.payToWitnessPublicKeyHash(program, network: .mainnet).canonical
            }
            for start in stride(from: 0, to: addresses.count, by: 2_000) {
                let some = addresses[start..<(start + 2_000)]
                #expect(
                    try await pipeline.shares.apply(try some.map { try Self.share(rig, at: now, address: $0, accepted: false) }, now: now)
                        == 0
                )
                let connects = try some.prefix(200).map { try rig.event(.minerConnected, at: now, #"{"user":"\#($0)","worker":"rig1"}"#) }
                try await pipeline.control[.minerConnected]?.apply(connects, now: now)
            }
            #expect(try await rig.number("select count(*) from users") == 0)
            #expect(try await rig.number("select count(*) from shares") == 0)

            let time = now.adding(seconds: -40)
            let shares = [try Self.share(rig, at: now), try Self.share(rig, at: time), try Self.share(rig, at: now, accepted: false)]
            #expect(try await pipeline.shares.apply(shares, now: now) == 3)
            #expect(try await rig.number("select count(*) from users where created_at = \(time) and not is_verified") == 1)
            #expect(try await rig.number("select count(*) from users") == 1)
        }
    }
}
