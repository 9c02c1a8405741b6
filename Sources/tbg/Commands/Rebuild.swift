import ArgumentParser
import GameRules
import Gamification
import Mining
import Platform
import Postgres

/// `tbg rebuild`: computes anew what is derived from facts, and tells what differs.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute derived data anew, and tell what differs.",
        subcommands: [Rollups.self, GamificationRebuild.self]
    )
}

/// `tbg rebuild rollups`: sums and totals of mining, from shares (spec 03 §6).
struct Rollups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute sums and totals of mining anew from shares.",
        discussion: "Nothing is written without --apply. A healthy database has 0 differences."
    )

    @Option(help: "The first UTC day, such as 2026-02-25.")
    var from: String

    @Option(help: "The last UTC day.")
    var to: String

    @Flag(help: "Store what the shares say.")
    var apply = false

    func run() async throws {
        let (first, last) = (try Self.day(from, "--from"), try Self.day(to, "--to"))
        guard first <= last else { throw ValidationError("--from must not be after --to") }
        try await Self.rebuild(first...last, applies: apply)
    }

    static func day(_ text: String, _ option: String) throws -> UTCDay {
        guard let day = UTCDay(text) else { throw ValidationError("\(option) must be a day such as 2026-02-25") }
        return day
    }

    /// Prints every difference and their number.
    static func rebuild(_ days: ClosedRange<UTCDay>, applies: Bool) async throws {
        let runtime = try await ServiceRole.runtime("mining")
        var configuration = runtime.databaseConfiguration
        // A day of a big pool takes longer than the statements of a service may.
        configuration.statementTimeout = .seconds(600)
        let database = PostgresClient(configuration: configuration, logger: runtime.logger)
        let result: Result<Int, any Error>
        do {
            result = .success(
                try await RollupRebuild(database: database).run(days, mends: applies, now: runtime.clock.now()) { Console.line("\($0)") }
            )
        } catch {
            result = .failure(error)
        }
        await database.close()
        await runtime.close()
        do {
            Console.line("\(try result.get()) differences\(applies ? ", mended" : "")")
        } catch let refusal as RollupRebuild.Refusal {
            throw ValidationError(refusal.description)
        }
    }
}

/// `tbg rebuild gamification`: totals, levels, badges and streaks, from the ledger and the days of mining (spec 05 §1).
struct GamificationRebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gamification",
        abstract: "Compute totals, levels, badges and streaks anew from the ledger and the days of mining.",
        discussion: "Nothing is written without --apply. A healthy database has 0 differences."
    )

    @Flag(help: "Store what the facts say.")
    var apply = false

    func run() async throws {
        let runtime = try await ServiceRole.runtime("gamification")
        let result: Result<Int, any Error>
        do {
            result = .success(
                try await GameRebuild(database: runtime.database).run(applies: apply, now: runtime.clock.now()) { Console.line($0) }
            )
        } catch {
            result = .failure(error)
        }
        await runtime.close()
        Console.line("\(try result.get()) differences\(apply ? ", mended" : "")")
    }
}
