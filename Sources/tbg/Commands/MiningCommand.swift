import ArgumentParser
import Foundation
import GameRules
import Mining
import Platform
import Redis

/// `tbg mining`: tools of mining data (spec 03a §6.5, §8.4).
struct MiningCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mining",
        abstract: "Tools of mining data.",
        subcommands: [ReplayCommand.self, RebuildLive.self, RepairCommand.self]
    )

    struct ReplayCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Run events of the raw log through ingest again. Nothing changes where nothing is missing."
        )

        @Option(help: "Begin of the span of pool time, such as 2026-02-25T00:00:00Z.")
        var from: String

        @Option(help: "End of the span; now by default.")
        var to: String?

        @Option(help: "Names of events, separated by commas; all that have readers by default.")
        var events: String?

        func run() async throws {
            let runtime = try await ServiceRole.runtime("mining")
            do {
                let begin = try instant(from, "--from")
                let end = try to.map { try instant($0, "--to") } ?? runtime.clock.now()
                guard begin < end else { throw ValidationError("--from must be before --to") }
                try await runtime.redis.connect()
                let outcome = try await MiningPipeline(runtime: runtime).replay.run(begin..<end, kinds: try kinds()) { progress in
                    if progress.read % 50_000 == 0 { Console.error("\(progress.read) events read") }
                }
                Console.line("\(outcome.read) events read, \(outcome.sharesAdded) shares added, \(outcome.skipped) skipped")
                await runtime.close()
            } catch {
                await runtime.close()
                throw error
            }
        }

        private func kinds() throws -> Set<EventKind> {
            guard let events else { return Set(EventKind.allCases) }
            return Set(
                try events.split(separator: ",").map { name in
                    guard let kind = EventKind(rawValue: String(name)) else {
                        throw ValidationError("--events must be among " + EventKind.allCases.map(\.rawValue).joined(separator: ", "))
                    }
                    return kind
                }
            )
        }

        private func instant(_ text: String, _ option: String) throws -> Instant {
            guard let instant = Instant(rfc3339: text) else {
                throw ValidationError("\(option) must be an RFC 3339 instant such as 2026-02-25T04:00:00Z")
            }
            return instant
        }
    }

    struct RepairCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair",
            abstract: "Compute the derived tables of one day anew from its shares, tell what differed, and mend it."
        )

        @Option(help: "A UTC day such as 2026-02-25.")
        var day: String

        func run() async throws {
            let day = try Rollups.day(day, "--day")
            try await Rollups.rebuild(day...day, applies: true)
        }
    }

    struct RebuildLive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Build live state in Redis anew from the database.")

        func run() async throws {
            let runtime = try await ServiceRole.runtime("mining")
            do {
                try await runtime.redis.connect()
                try await LiveRebuild(database: runtime.database, redis: runtime.redis, logger: runtime.logger).run(
                    now: runtime.clock.now()
                )
                Console.line("live state built")
                await runtime.close()
            } catch {
                await runtime.close()
                throw error
            }
        }
    }
}
