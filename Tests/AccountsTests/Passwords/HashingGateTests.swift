import API
import Foundation
import HTTPTypes
import Platform
import Synchronization
import Testing

@testable import Accounts

@Suite("Gate of slow hashing")
struct HashingGateTests {
    private static let quick = Argon2id(memoryKiB: 32, passes: 1, lanes: 1)

    @Test("what it hashes it verifies, with a salt of its own each time")
    func roundTrip() async throws {
        let gate = HashingGate(random: .seeded(5))
        let first = try await gate.hash("secret", with: Self.quick)
        let second = try await gate.hash("secret", with: Self.quick)
        #expect(first != second)
        #expect(try await gate.verify("secret", against: first))
        #expect(try await !gate.verify("Secret", against: first))
        #expect(try await !gate.verify("secret", against: "nonsense"))
    }

    @Test("a full queue refuses at once with 503; those in it get their turn in order")
    func queue() async throws {
        let gate = HashingGate(random: .seeded(5), concurrency: 1, queueLimit: 3, patience: .seconds(60))
        let door = Door()
        let order = Shared<[Int]>([])
        let holder = Task { try await gate.turn { door.wait() } }
        try #require(try await eventually { door.isOccupied })
        var queued: [Task<Void, any Error>] = []
        for number in 0..<3 {
            queued.append(Task { try await gate.turn { order.value.withLock { $0.append(number) } } })
            try #require(try await eventually { gate.waiting == number + 1 })
        }
        let refusal = await #expect(throws: APIError.self) { try await gate.turn {} }
        #expect(refusal?.code == "busy" && refusal?.status == .serviceUnavailable && refusal?.headers[.retryAfter] != nil)
        door.open()
        try await holder.value
        for task in queued { try await task.value }
        #expect(order.value.withLock { $0 } == [0, 1, 2])
        #expect(gate.waiting == 0)
        try await gate.turn {}
    }

    @Test("who waits longer than the gate's patience is refused, and no place is lost")
    func patience() async throws {
        let gate = HashingGate(random: .seeded(5), concurrency: 1, patience: .milliseconds(20))
        let door = Door()
        let holder = Task { try await gate.turn { door.wait() } }
        try #require(try await eventually { door.isOccupied })
        await #expect(throws: APIError.self) { try await gate.turn {} }
        #expect(gate.waiting == 0)
        door.open()
        try await holder.value
        try await gate.turn {}
    }

    @Test("no more run at the same time than the gate lets through")
    func concurrency() async throws {
        let gate = HashingGate(random: .seeded(5), concurrency: 2, patience: .seconds(60))
        let running = Shared((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await gate.turn {
                        running.value.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        _ = try Self.quick.hash("x".utf8, salt: [UInt8](0..<16))
                        running.value.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect((1...2).contains(running.value.withLock { $0.most }))
    }

    @Test("a failing hash gives its place back")
    func failing() async throws {
        struct Failure: Error {}
        let gate = HashingGate(random: .seeded(5), concurrency: 1)
        await #expect(throws: Failure.self) { try await gate.turn { throw Failure() } }
        try await gate.turn {}
    }
}

/// Keeps a hashing thread busy until it is opened.
private final class Door: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let occupied = Mutex(false)

    var isOccupied: Bool { occupied.withLock { $0 } }

    func wait() {
        occupied.withLock { $0 = true }
        semaphore.wait()
    }

    func open() { semaphore.signal() }
}

/// A value that closures on several threads change.
private final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }
}
