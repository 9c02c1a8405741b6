import Accounts
import ArgumentParser
import Bitcoin
import GameRules
import Platform

/// `tbg admin ban|unban USER`, `tbg admin grant|revoke ADDRESS` (spec 02 §1, 11 §1), and what gamification leaves to operators.
struct Admin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ban users, say who administers, correct experience.",
        subcommands: [Ban.self, Unban.self, Grant.self, Revoke.self, ExcuseWeek.self, XPAdjust.self, NodeVerified.self, EventCommand.self]
    )

    struct Ban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ban a user: all sessions end, sign-in is refused.")

        @Argument(help: "Id of the user.")
        var user: String

        @Option(help: "Why, for the record.")
        var reason: String?

        func run() async throws {
            let id = try Admin.userID(user)
            try await Admin.perform("banned \(id)", orElse: "there is no user \(id)") { try await $0.ban(id, reason: reason, at: $1) }
        }
    }

    struct Unban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lift a ban.")

        @Argument(help: "Id of the user.")
        var user: String

        func run() async throws {
            let id = try Admin.userID(user)
            try await Admin.perform("unbanned \(id)", orElse: "there is no user \(id)") { try await $0.unban(id, at: $1) }
        }
    }

    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make the owner of an address an administrator.")

        @Argument(help: "Bitcoin address of the account.")
        var address: String

        func run() async throws { try await Admin.setAdmin(true, address) }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take administration from the owner of an address.")

        @Argument(help: "Bitcoin address of the account.")
        var address: String

        func run() async throws { try await Admin.setAdmin(false, address) }
    }

    static func userID(_ text: String) throws -> UserID {
        guard let id = UserID(text) else { throw ValidationError("USER must be a positive number") }
        return id
    }

    private static func setAdmin(_ isAdmin: Bool, _ text: String) async throws {
        let network = try await ServiceRole.settings().network.bitcoin
        guard let address = try? BitcoinAddress(parsing: text, network: network) else {
            throw ValidationError("ADDRESS is no \(network.rawValue) address")
        }
        let done = isAdmin ? "administration granted" : "administration revoked"
        try await perform(done, orElse: "no account has this address") { try await $0.setAdmin(isAdmin, address: address, at: $1) }
    }

    private static func perform(
        _ done: String,
        orElse missing: String,
        _ action: (AdministrationService, Instant) async throws -> Bool
    ) async throws {
        let runtime = try await ServiceRole.runtime("admin")
        let found: Bool
        do {
            let service = AdministrationService(runtime: runtime, departures: Departures.observers(runtime))
            found = try await action(service, runtime.clock.now())
            await runtime.close()
        } catch {
            await runtime.close()
            throw error
        }
        guard found else {
            Console.error("tbg admin: \(missing)")
            throw ExitCode(1)
        }
        Console.line(done)
    }
}
