package import Accounts
import Algorithms
package import GameRules
package import NIOCore
package import Platform
package import Redis
import Synchronization
package import WebSockets

/// All sockets of this node, and the Redis topics they need (spec 04 §9).
///
/// Each event loop keeps its own sockets, without locks. A message is decoded and encoded into a frame once; the same bytes go to every
/// socket that gets it. A user's topic is subscribed while at least one of his sockets is here.
package final class Hub: Sendable {
    /// Close code of a socket whose session is over (spec 12 §7.1).
    private static let sessionEnded = WebSocketCloseCode(4001)
    private static let sessionsPerQuery = 1000
    /// A topic is kept for a while after the last socket, since clients reconnect.
    private static let releaseDelay = TimeAmount.seconds(5)
    static let controlTopic = "ws:control"

    private struct Users {
        var sockets: [UserID: Int] = [:]
        var total = 0
        var lastSeat: UInt64 = 0
        var isDraining = false
        /// Places to be given back in Redis, and who is at it.
        var leaving: [SocketSeat] = []
        var releasing: Task<Void, Never>?
    }

    private let users = Mutex(Users())
    let loops: [Loop]
    private let subscriber: RedisSubscriber
    let registry: SocketRegistry
    let resumeReader: ResumeReader
    let census: SocketCensus
    let counts: SocketMetrics

    /// An event loop and its sockets.
    struct Loop: Sendable {
        let eventLoop: any EventLoop
        let sockets: NIOLoopBoundBox<LoopSockets>
    }

    /// - Parameter node: tells this process from others, and from earlier ones.
    package init(
        redis: RedisClient,
        eventLoopGroup: any EventLoopGroup,
        clock: Clock = .system,
        random: RandomSource = .system,
        node: String = "node"
    ) {
        let loops = eventLoopGroup.makeIterator().map {
            Loop(eventLoop: $0, sockets: NIOLoopBoundBox.makeBoxSendingValue(LoopSockets(), eventLoop: $0))
        }
        self.loops = loops
        let counts = SocketMetrics()
        self.counts = counts
        registry = SocketRegistry(redis: redis, clock: clock, node: "\(node)-\(Hex.encode(random.bytes(4)))")
        resumeReader = ResumeReader(redis: redis, random: random)
        census = SocketCensus(redis: redis, clock: clock, node: node)
        let router = MessageRouter(loops: loops, counts: counts, clock: clock)
        subscriber = redis.makeSubscriber { event in
            switch event {
            case .message(let message): router.route(message)
            case .reconnected, .dropped: router.catchUp()
            }
        }
        Task { await listen() }
    }

    /// Returns when the topics that every node hears are subscribed; without Redis they are as soon as it is there.
    package func listen() async {
        try? await subscriber.subscribe([Self.controlTopic] + SharedTopic.allCases.map(\.topic))
    }

    // MARK: sockets

    /// What stands between an authenticated request and its socket.
    package enum Admission: Sendable, Equatable {
        case admitted(SocketSeat)
        case tooManyOfUser
        case nodeFull
    }

    /// Why this node opens no sockets at all now.
    package enum Closure: Sendable, Equatable {
        case draining, full
    }

    /// Looked at before anything else of a handshake.
    package func closure(maximumPerNode: Int) -> Closure? {
        users.withLock { $0.isDraining ? .draining : $0.total >= maximumPerNode ? .full : nil }
    }

    /// From now on new sockets are refused: the node is leaving.
    package func drain() {
        users.withLock { $0.isDraining = true }
    }

    /// Reserves a place for a user and makes sure his messages arrive; to be balanced by ``leave(_:)``.
    package func join(_ user: UserID, maximumPerNode: Int) async -> Admission {
        let (admission, isFirst) = users.withLock { users -> (Admission, Bool) in
            guard users.total < maximumPerNode else { return (.nodeFull, false) }
            let count = users.sockets[user, default: 0]
            guard count < SocketRegistry.maximumPerUser else { return (.tooManyOfUser, false) }
            users.sockets[user] = count + 1
            users.total += 1
            users.lastSeat += 1
            return (.admitted(SocketSeat(user: user, number: users.lastSeat)), count == 0)
        }
        guard case .admitted(let seat) = admission else { return admission }
        guard await registry.claim(seat) else {
            giveBack(seat)
            return .tooManyOfUser
        }
        // Without Redis the wish stands, and the topic is subscribed as soon as there is a connection.
        if isFirst || !subscriber.channels.contains(Publisher.topic(of: user)) {
            try? await subscriber.subscribe([Publisher.topic(of: user)])
        }
        return admission
    }

    /// Gives a place back; the topic is released a little later.
    package func leave(_ seat: SocketSeat) {
        giveBack(seat)
        users.withLock { users in
            users.leaving.append(seat)
            if users.releasing == nil { users.releasing = Task { await release() } }
        }
    }

    private func giveBack(_ seat: SocketSeat) {
        let isLast = users.withLock { users in
            users.total -= 1
            let count = users.sockets[seat.user, default: 1] - 1
            users.sockets[seat.user] = count > 0 ? count : nil
            return count <= 0
        }
        guard isLast, let loop = loops.first?.eventLoop else { return }
        loop.scheduleTask(in: Self.releaseDelay) { [self] in
            guard users.withLock({ $0.sockets[seat.user] == nil }) else { return }
            Task { try? await subscriber.unsubscribe([Publisher.topic(of: seat.user)]) }
        }
    }

    /// Gives places back in Redis, all that have gathered at once.
    private func release() async {
        while true {
            let seats = users.withLock { users in
                defer { users.leaving = [] }
                if users.leaving.isEmpty { users.releasing = nil }
                return users.leaving
            }
            guard !seats.isEmpty else { return }
            await registry.release(seats)
        }
    }

    /// The handler of a new socket of a user, for the upgrade to make on the socket's loop.
    package func makeHandler(seat: SocketSeat, session: SessionID, on eventLoop: any EventLoop) -> any WebSocketHandler {
        let sockets = loops.first { $0.eventLoop === eventLoop }?.sockets.value ?? LoopSockets()
        return ClientSocket(seat: seat, session: session, hub: self, sockets: sockets)
    }

    /// Closes the sockets whose session has ended or whose user is banned.
    /// - Parameter living: answers those of the sessions that are in good standing.
    /// - Throws: what `living` throws; nothing is closed then.
    package func closeEnded(living: ([SessionID]) async throws -> Set<SessionID>) async throws {
        var open: Set<SessionID> = []
        for sessions in await onEachLoop({ $0.sessions }) { open.formUnion(sessions) }
        var ended = open
        for some in open.chunks(ofCount: Self.sessionsPerQuery) { ended.subtract(try await living(Array(some))) }
        guard !ended.isEmpty else { return }
        let closing = ended
        _ = await onEachLoop { $0.close(closing, with: Self.sessionEnded) }
    }

    /// Runs something on every loop and gathers what it returns.
    func onEachLoop<Value: Sendable>(_ body: @Sendable @escaping (LoopSockets) -> Value) async -> [Value] {
        var values: [Value] = []
        for loop in loops {
            if let value = try? await loop.eventLoop.submit({ body(loop.sockets.value) }).get() { values.append(value) }
        }
        return values
    }

    /// Open sockets on this node.
    package var openSockets: Int { users.withLock { $0.total } }

    /// Ends listening, when all sockets have closed and their places are given back: their users come back at once, elsewhere.
    package func close() async {
        await users.withLock { $0.releasing }?.value
        await subscriber.close()
    }
}
