import ArgumentParser
import Foundation
import GameRules
import Gamification
import Platform
import Redis

/// `tbg admin xp-adjust USER --by AMOUNT --ticket T [--id UUID]` (spec 05 §5.1).
struct XPAdjust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xp-adjust",
        abstract: "Correct a user's experience, up or down, with a row of the ledger."
    )

    @Argument(help: "Id of the user.")
    var user: String

    @Option(name: .customLong("by"), parsing: .unconditional, help: "What to add; negative to take.")
    var amount: Int64

    @Option(help: "Why, for the record.")
    var ticket: String

    @Option(help: "UUID of this correction: repeated with the same one, it is booked once. By default a fresh one.")
    var id: String?

    func validate() throws {
        guard amount != 0, (-1_000_000_000...1_000_000_000).contains(amount) else {
            throw ValidationError("--by must not be 0, nor beyond a billion")
        }
        guard (1...128).contains(ticket.count) else { throw ValidationError("--ticket must have 1 to 128 characters") }
        if let id, UUID(uuidString: id) == nil { throw ValidationError("--id must be a UUID") }
    }

    func run() async throws {
        let (user, amount, ticket) = (try Admin.userID(user), amount, ticket)
        let id = (id ?? UUID().uuidString).lowercased()
        try await GameCommand.run { runtime in
            let total = try await Adjustment(runtime: runtime, news: [FeedNews(runtime: runtime)])
                .adjust(user, by: amount, ticket: ticket, id: id, now: runtime.clock.now())
            return "user \(user) has \(total) XP now, by correction \(id)"
        }
    }
}

/// `tbg admin node-verified USER full|pruned|archival`, until something checks nodes by itself (spec 05 §4.3).
struct NodeVerified: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node-verified",
        abstract: "Note that a user's node was checked, which earns its badge."
    )

    @Argument(help: "Id of the user.")
    var user: String

    @Argument(help: "Kind of node: full, pruned or archival.")
    var kind: NodeVerification.Kind

    func run() async throws {
        let (id, kind) = (try Admin.userID(user), kind)
        try await GameCommand.run { runtime in
            let verification = try NodeVerification(runtime: runtime, news: [FeedNews(runtime: runtime)])
            let badge = try await verification.record(kind, of: id, now: runtime.clock.now())
            return badge.map { "user \(id) has earned \($0)" } ?? "user \(id) has the badge already"
        }
    }
}

extension NodeVerification.Kind: ExpressibleByArgument {}

enum GameCommand {
    /// Runs an action and prints what it answers; what the ledger refuses ends with 1.
    static func run(_ action: (Runtime) async throws -> String) async throws {
        let runtime = try await ServiceRole.runtime("admin")
        let result: Result<String, any Error>
        // To tell sockets; without Redis the facts are written all the same.
        try? await runtime.redis.connect()
        do { result = .success(try await action(runtime)) } catch { result = .failure(error) }
        await runtime.close()
        do {
            Console.line(try result.get())
        } catch let fault as LedgerFault {
            Console.error("tbg admin: \(fault.explained)")
            throw ExitCode(1)
        }
    }
}

extension LedgerFault {
    fileprivate var explained: String {
        switch self {
        case .belowZero(let total): "the user has \(total) XP; a total cannot fall below 0"
        case .unknownUser(let user): "there is no user \(user)"
        case .otherAdjustment(let id): "correction \(id) was booked before, for another user or by another amount"
        case .staleStanding(let user): "the total of user \(user) changed meanwhile"
        }
    }
}
