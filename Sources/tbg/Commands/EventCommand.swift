import ArgumentParser
import Feed
import GameRules
import Platform
import Postgres

/// `tbg admin event ID`: announces something that will end, to everybody (spec 04 §5), or changes or withdraws it.
struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event",
        abstract: "Announce something that will end, such as maintenance, on everybody's start page."
    )

    @Argument(help: "Id of the event, 1 to 64 letters, digits and hyphens; the same id changes it.")
    var id: String

    @Option(help: "What it is: world-cup, lottery, competition or maintenance.")
    var type = "maintenance"

    @Option(help: "What is shown, 1 to 256 characters.")
    var title: String?

    @Option(help: "A sentence more, up to 1,000 characters.")
    var description: String?

    @Option(help: "When it begins, such as 2026-02-25T14:00:00Z.")
    var startsAt: String?

    @Option(help: "When it ends.")
    var endsAt: String?

    @Flag(help: "Take it off the list.")
    var remove = false

    func validate() throws {
        guard (1...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 == 0x2D || Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0) }),
            id.utf8.allSatisfy({ $0 < 0x80 })
        else { throw ValidationError("ID must be 1 to 64 letters, digits and hyphens") }
        guard !remove else { return }
        guard let kind = UpcomingEvent.Kind(rawValue: type), kind != .streak else {
            throw ValidationError("--type must be world-cup, lottery, competition or maintenance")
        }
        guard let title, (1...256).contains(title.count) else { throw ValidationError("--title must have 1 to 256 characters") }
        guard description?.count ?? 0 <= 1000 else { throw ValidationError("--description must have at most 1,000 characters") }
        let start = try startsAt.map { try Self.instant($0, "--starts-at") }
        guard let endsAt else { throw ValidationError("--ends-at is missing") }
        let end = try Self.instant(endsAt, "--ends-at")
        if let start, start >= end { throw ValidationError("--starts-at must be before --ends-at") }
    }

    func run() async throws {
        let (id, remove) = (id, remove)
        let event = try remove ? nil : event()
        try await GameCommand.run { runtime in
            let now = runtime.clock.now()
            if let event {
                try await runtime.database.execute(try UpcomingEventStore.upsert(event, at: now))
                return "announced \(id)"
            }
            let count = try await runtime.database.execute(UpcomingEventStore.deactivate(id, at: now))
            return count > 0 ? "withdrew \(id)" : "there is no event \(id)"
        }
    }

    private func event() throws -> UpcomingEvent {
        UpcomingEvent(
            id: id,
            kind: UpcomingEvent.Kind(rawValue: type) ?? .maintenance,
            title: title ?? "",
            description: description,
            startsAt: try startsAt.map { try Self.instant($0, "--starts-at") },
            endsAt: try Self.instant(endsAt ?? "", "--ends-at")
        )
    }

    private static func instant(_ text: String, _ option: String) throws -> Instant {
        guard let instant = Instant(rfc3339: text) else {
            throw ValidationError("\(option) must be an instant such as 2026-02-25T14:00:00Z")
        }
        return instant
    }
}
