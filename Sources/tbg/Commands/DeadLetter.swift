import ArgumentParser
import Foundation
import Mining
import Platform
import Redis

/// `tbg deadletter`: what could not be processed, and what an operator does about it (spec 03a §6.4).
struct DeadLetter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletter",
        abstract: "Look at events that could not be processed, read them again, or throw them away.",
        subcommands: [List.self, Show.self, Redrive.self, Purge.self]
    )

    /// Which letters.
    struct Selection: ParsableArguments {
        @Argument(help: "A stream such as mining:share_submitted, with or without :dead.")
        var stream: String

        @Argument(help: "Ids of letters; all by default.")
        var ids: [String] = []

        var deadStream: String { stream.hasSuffix(":dead") ? stream : stream + ":dead" }
        var streamIDs: [StreamID] { ids.compactMap { StreamID($0) } }

        func validate() throws {
            guard DeadLetterDesk.streams.contains(deadStream) else {
                throw ValidationError("the streams are " + DeadLetterDesk.streams.joined(separator: ", "))
            }
            for id in ids where StreamID(id) == nil { throw ValidationError("\(id) is no id such as 1772000000000-0") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count the letters of every stream, or list those of one.")

        @Argument(help: "A stream; a summary of all by default.")
        var stream: String?

        @Option(help: "Most letters listed.")
        var limit = 100

        func run() async throws {
            try await DeadLetter.with { desk in
                guard let stream else {
                    for (stream, count) in try await desk.counts() { Console.line("\(stream) \(count)") }
                    return
                }
                let name = stream.hasSuffix(":dead") ? stream : stream + ":dead"
                for letter in try await desk.letters(of: name, limit: limit) {
                    Console.line("\(letter.id) \(letter.at) \(letter.reason)\(letter.detail.isEmpty ? "" : " (\(letter.detail))")")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print letters with their content.")
        @OptionGroup var selection: Selection

        func run() async throws {
            try await DeadLetter.with { desk in
                for letter in try await desk.letters(of: selection.deadStream, ids: selection.streamIDs) {
                    Console.line(
                        """
                        id: \(letter.id)
                        at: \(letter.at)
                        reason: \(letter.reason)
                        detail: \(letter.detail)
                        entry: \(letter.entryID)
                        deliveries: \(letter.deliveries)
                        raw: \(letter.raw)

                        """
                    )
                }
            }
        }
    }

    struct Redrive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put letters back into their stream, to be read again under the same event ids.",
            aliases: ["replay"]
        )
        @OptionGroup var selection: Selection

        func run() async throws {
            try await DeadLetter.with { desk in
                let outcome = try await desk.redrive(selection.deadStream, ids: selection.streamIDs)
                Console.line("\(outcome.added) put back, \(outcome.kept) kept because they are no whole entries")
            }
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Throw letters away.", aliases: ["drop"])
        @OptionGroup var selection: Selection

        func run() async throws {
            try await DeadLetter.with { desk in
                Console.line("\(try await desk.purge(selection.deadStream, ids: selection.streamIDs)) thrown away")
            }
        }
    }

    private static func with(_ body: (DeadLetterDesk) async throws -> Void) async throws {
        let runtime = try await ServiceRole.runtime("deadletter")
        do {
            try await runtime.redis.connect()
            try await body(DeadLetterDesk(redis: runtime.redis))
            await runtime.close()
        } catch {
            await runtime.close()
            throw error
        }
    }
}
