import API
import Accounts
import Feed
import GameRules
package import Platform
package import Postgres

/// Tells of blocks: in the finder's history and the feed, in the transaction that stores the block; on the sockets after its commit
/// (spec 04 §8 `block_found`). The finder is named as the finder wishes, and never by an address.
package struct BlockNews: BatchObserver {
    private let credits: PublicCredits
    private let feed: ActivityFeed
    private let publisher: Publisher

    package init(runtime: Runtime) {
        credits = PublicCredits(database: runtime.database)
        feed = ActivityFeed(runtime: runtime)
        publisher = Publisher(redis: runtime.redis, clock: runtime.clock)
    }

    package func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws {
        try await ActivityStore.insert(Self.told(change).map(Self.activity), at: change.now, in: transaction)
    }

    package func batchCommitted(_ change: BatchChange) async {
        let blocks = Self.told(change)
        guard !blocks.isEmpty else { return }
        await feed.announce(keys: change.blocks.filter(Self.isForEverybody).map { Self.activity($0.block).feedKey })
        // Without names everybody still hears of the block.
        let credits = (try? await credits.credits(of: Set(blocks.compactMap(\.user)))) ?? [:]
        await publisher.send(
            change.blocks.filter(Self.isForEverybody).map(\.block).map { Self.everybody($0, $0.user.flatMap { credits[$0] }) }
        )
        await publisher.send(blocks.compactMap { block in block.user.map { Self.finder(block, $0, credits[$0]) } })
    }

    /// A block is news once: when it is stored, or when its finder becomes known.
    private static func told(_ change: BatchChange) -> [FoundBlock] {
        change.blocks.filter { $0.kind == .found || $0.kind == .attributed }.map(\.block)
    }

    /// A finder who becomes known later is news to the finder alone.
    static func isForEverybody(_ change: BlockChange) -> Bool { change.kind == .found }

    /// A block that nobody is known to have found is in the feed without a name, until its finder becomes known (spec 03a §7.6).
    private static func activity(_ block: FoundBlock) -> Activity {
        Activity(
            .blockFound,
            of: block.user,
            title: "You found block \(block.height)",
            metadata: ["height": .integer(block.height)],
            link: "/mining/blocks",
            headline: Activity.Headline("{actor} found block \(block.height)", key: "block:\(block.id)"),
            dedupeKey: "block:\(block.id)"
        )
    }

    private static func everybody(_ block: FoundBlock, _ credit: PublicCredit?) -> Publisher.Shared {
        Publisher.Shared(channel: "dashboard", type: "block_found", except: block.user) { json in
            write(block, to: &json)
            json.name("finder")
            json.string(credit?.name ?? "Unknown")
            json.name("finder_country")
            json.string(credit?.countryCode ?? "")
            json.name("is_mine")
            json.bool(false)
        }
    }

    private static func finder(_ block: FoundBlock, _ user: UserID, _ credit: PublicCredit?) -> Publisher.Personal {
        Publisher.Personal(to: user, channel: "dashboard", type: "block_found") { json in
            write(block, to: &json)
            json.name("finder")
            json.string(credit?.ownName ?? DisplayName.fallback(for: user))
            json.name("finder_country")
            json.string(credit?.ownCountryCode ?? "")
            json.name("is_mine")
            json.bool(true)
            json.name("worker")
            if let worker = block.workerName { json.string(worker) } else { json.null() }
        }
    }

    private static func write(_ block: FoundBlock, to json: inout JSONWriter) {
        json.name("height")
        json.integer(block.height)
        json.name("hash")
        json.string(block.isProvisional ? "" : block.hash)
        json.name("reward")
        json.decimal(block.rewardSatoshi, fractionDigits: 8)
        json.name("reward_is_estimate")
        json.bool(block.isRewardEstimated)
        json.name("time")
        json.string(block.foundAt.rfc3339)
    }
}
