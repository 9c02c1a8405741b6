import ArgumentParser
import GameRules
import Platform
import Scheduler

/// `tbg task run NAME --at INSTANT`: runs one scheduled task by hand (spec 11 §7).
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "task", abstract: "Scheduled tasks.", subcommands: [Run.self, List.self])

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run a task for the newest key due at an instant.")

        @Argument(help: "Name of the task.")
        var name: String

        @Option(help: "An instant such as 2026-02-25T04:00:00Z; now by default.")
        var at: String?

        func run() async throws {
            let runtime = try await ServiceRole.runtime("task")
            let instant = at.map { Instant(rfc3339: $0) } ?? runtime.clock.now()
            guard let instant else { throw ValidationError("--at must be an RFC 3339 instant such as 2026-02-25T04:00:00Z") }
            let result = await WorkerTasks.service(runtime).runManually(name, atMilliseconds: instant.millisecondsSinceUnixEpoch)
            await runtime.close()
            guard let result else { throw ValidationError("there is no task named \(name); see `tbg task list`") }
            Console.line("\(name) \(result.key): \(result.outcome.label)")
            guard result.outcome == .succeeded else { throw ExitCode(1) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tasks and their schedules.")

        func run() async throws {
            let runtime = try await ServiceRole.runtime("task")
            for task in WorkerTasks.all(runtime) { Console.line("\(task.name): \(task.schedule)") }
            await runtime.close()
        }
    }
}
