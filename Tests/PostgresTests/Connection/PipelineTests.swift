import Testing

@testable import Postgres

@Suite("Pipeline")
struct PipelineTests {
    private struct Refused: Error, Equatable { let code: Int }
    private typealias Machine = Pipeline<String, Int, Refused>

    /// A readable form of an action.
    private func text(_ action: Machine.Action) -> String {
        switch action {
        case .none: "-"
        case .forget(let number): "forget \(number)"
        case .finish(let outcomes): outcomes.map(text).joined(separator: ", ")
        case .violation: "violation"
        }
    }

    private func text(_ owner: String, _ outcome: Machine.Outcome) -> String {
        switch outcome {
        case .rows(let rows): "\(owner) \(rows)"
        case .failure(let error): "\(owner) failed \(error.code)"
        case .skipped: "\(owner) skipped"
        }
    }

    private func run(_ machine: inout Machine, _ events: [Machine.Event]) -> [String] {
        events.map { text(machine.receive($0)) }.filter { $0 != "-" }
    }

    private func machine(_ requests: [(String, [Machine.Step])]) -> Machine {
        var machine = Machine()
        for (owner, steps) in requests {
            for step in steps { machine.append(step) }
            machine.close(owner)
            machine.append(.sync)
        }
        return machine
    }

    @Test("results reach their requests in order")
    func order() {
        var machine = machine([("a", [.execute]), ("b", [.prepare(1), .execute])])
        #expect(machine.depth == 2)
        #expect(run(&machine, [.rows(1), .end, .sync, .rows(0), .end, .rows(2), .end, .sync]) == ["a [1]", "b [2]"])
        #expect(machine.isEmpty)
    }

    @Test("a request of several statements collects the rows of each")
    func several() {
        var machine = machine([("a", [.execute, .deallocate, .prepare(7), .execute])])
        #expect(run(&machine, [.rows(1), .end, .rows(0), .end, .rows(0), .end, .rows(2), .end, .sync]) == ["a [1, 2]"])
    }

    @Test("an error fails its own request only")
    func isolation() {
        var machine = machine([("a", [.execute, .execute]), ("b", [.execute])])
        #expect(
            run(&machine, [.failure(Refused(code: 5)), .end, .aborted, .end, .sync, .rows(2), .end, .sync]) == ["a failed 5", "b [2]"]
        )
    }

    @Test("the first of several errors is the one reported")
    func firstError() {
        var machine = machine([("a", [.execute, .execute])])
        #expect(run(&machine, [.failure(Refused(code: 1)), .end, .failure(Refused(code: 2)), .end, .sync]) == ["a failed 1"])
    }

    @Test("a statement that was refused or skipped is not taken for prepared")
    func preparation() {
        var refused = machine([("a", [.prepare(3), .execute])])
        #expect(run(&refused, [.failure(Refused(code: 9)), .end, .aborted, .end, .sync]) == ["forget 3", "a failed 9"])
        var skipped = machine([("a", [.execute, .prepare(4), .execute])])
        #expect(run(&skipped, [.failure(Refused(code: 9)), .end, .aborted, .end, .aborted, .end, .sync]) == ["forget 4", "a failed 9"])
    }

    @Test("requests that share a sync point are answered together, and those behind a failed one were skipped")
    func shared() {
        var machine = Machine()
        for owner in ["a", "b", "c"] {
            if owner == "c" { machine.append(.prepare(2)) }
            machine.append(.execute)
            machine.close(owner)
        }
        machine.append(.sync)
        var failed = machine
        #expect(run(&machine, [.rows(1), .end, .rows(2), .end, .rows(0), .end, .rows(3), .end, .sync]) == ["a [1], b [2], c [3]"])
        #expect(machine.isEmpty)
        #expect(
            run(&failed, [.rows(1), .end, .failure(Refused(code: 4)), .end, .aborted, .end, .aborted, .end, .sync])
                == ["forget 2", "a [1], b failed 4, c skipped"]
        )
        #expect(failed.isEmpty)
    }

    @Test("an answer nobody asked for is a violation")
    func violation() {
        var empty = Machine()
        #expect(run(&empty, [.rows(1)]) == ["violation"])
        var early = machine([("a", [.execute])])
        #expect(run(&early, [.sync]) == ["violation"])
        var late = machine([("a", [.execute])])
        #expect(run(&late, [.rows(1), .end, .rows(2)]) == ["violation"])
    }

    @Test("an owner can be changed while it waits")
    func update() {
        var machine = machine([("a", [.execute]), ("b", [.execute])])
        #expect(machine.update(where: { $0 == "b" }) { $0 = "c" })
        #expect(!machine.update(where: { $0 == "z" }) { $0 = "y" })
        #expect(machine.removeAll() == ["a", "c"])
        #expect(machine.isEmpty)
    }
}
