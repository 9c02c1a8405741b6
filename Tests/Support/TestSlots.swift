/// How many whole services of one test process run at once: each holds connections, and a machine has only so many processors.
public actor TestSlots {
    private static let shared = TestSlots(3)
    /// Whether this task has one: a second service beside the first takes none, or tests could wait for each other for ever.
    @TaskLocal private static var isHeld = false

    private var free: Int
    private var waiters: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) {
        free = count
    }

    /// Runs `body` when there is a slot.
    public static func with<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        if isHeld { return try await body() }
        await shared.enter()
        let result: Result<Value, any Error>
        do { result = .success(try await $isHeld.withValue(true, operation: body)) } catch { result = .failure(error) }
        await shared.leave()
        return try result.get()
    }

    private func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiters.append($0) }
    }

    private func leave() {
        if waiters.isEmpty { free += 1 } else { waiters.removeFirst().resume() }
    }
}
