import ArgumentParser
import Foundation
import GameRules
import Gamification
import Platform

/// `tbg admin xp-adjust USER --by AMOUNT --ticket T` (spec 05 §5.1).
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

    func validate() throws {
        guard amount != 0, (-1_000_000_000...1_000_000_000).contains(amount) else {
            throw ValidationError("--by must not be 0, nor beyond a billion")
        }
        guard (1...128).contains(ticket.count) else { throw ValidationError("--ticket must have 1 to 128 characters") }
    }

    func run() async throws {
        let (id, amount, ticket) = (try Admin.userID(user), amount, ticket)
        try await GameCommand.run { runtime in
            let total = try await Adjustment(runtime: runtime)
                .adjust(id, by: amount, ticket: ticket, id: UUID().uuidString.lowercased(), now: runtime.clock.now())
            return "user \(id) has \(total) XP now"
        }
    }
}

/// `tbg admin node-verified USER full|pruned|archival`, until something checks nodes by itself (spec 05 §4.3).
struct NodeVerified: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node-verified",
        abstract: "Note that a user's node was checked, which earns its badge."
    )

    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case full, pruned, archival

        var event: GameEvent {
            switch self {
            case .full: .nodeVerifiedFull
            case .pruned: .nodeVerifiedPruned
            case .archival: .nodeVerifiedArchival
            }
        }
    }

    @Argument(help: "Id of the user.")
    var user: String

    @Argument(help: "Kind of node: full, pruned or archival.")
    var kind: Kind

    func run() async throws {
        let (id, kind) = (try Admin.userID(user), kind)
        try await GameCommand.run { runtime in
            let (events, now) = (try GameEvents(runtime: runtime), runtime.clock.now())
            let outcome = try await runtime.database.retryingTransaction { transaction in
                guard try await GameEvents.exists(id, in: transaction) else { throw LedgerFault.unknownUser(id) }
                return try await events.emit(kind.event, by: id, id: "\(UTCDay(containing: now))", now: now, in: transaction)
            }
            await events.announce(outcome)
            return outcome.earned.isEmpty ? "user \(id) has the badge already" : "user \(id) has earned \(outcome.earned[0].badge.name)"
        }
    }
}

enum GameCommand {
    /// Runs an action and prints what it answers; what the ledger refuses ends with 1.
    static func run(_ action: (Runtime) async throws -> String) async throws {
        let runtime = try await ServiceRole.runtime("admin")
        let result: Result<String, any Error>
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
        case .staleStanding(let user): "the total of user \(user) changed meanwhile"
        }
    }
}
