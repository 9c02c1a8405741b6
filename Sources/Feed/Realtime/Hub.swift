package import Accounts
package import GameRules
package import Logging
package import NIOCore
import Platform
package import Redis
import Synchronization
package import WebSockets

/// All sockets of this node, and the Redis topics they need (spec 04 §9).
///
/// Each event loop keeps its own sockets, without locks. A message is decoded and encoded into a frame once; the same bytes go to every
/// socket that gets it. A user's topic is subscribed while at least one of his sockets is here.
package final class Hub: Sendable {
    /// Open sockets one user may have.
    package static let maximumPerUser = 5
    /// Close code of a socket whose session is over (spec 12 §7.1).
    private static let sessionEnded = WebSocketCloseCode(4001)
    private static let sessionsPerQuery = 1000
    /// A topic is kept for a while after the last socket, since clients reconnect.
    private static let releaseDelay = TimeAmount.seconds(5)

    private struct Users {
        var sockets: [UserID: Int] = [:]
        var total = 0
    }

    private let users = Mutex(Users())
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<LoopSockets>]
    private let eventLoops: [any EventLoop]
    private let subscriber: RedisSubscriber
    private let logger: Logger
    private let counts = MessageCounts()

    package init(redis: RedisClient, eventLoopGroup: any EventLoopGroup, logger: Logger) {
        self.logger = logger
        let eventLoops = Array(eventLoopGroup.makeIterator())
        let loops = Dictionary(
            uniqueKeysWithValues: eventLoops.map {
                (ObjectIdentifier($0), NIOLoopBoundBox.makeBoxSendingValue(LoopSockets(), eventLoop: $0))
            }
        )
        self.eventLoops = eventLoops
        self.loops = loops
        let counts = counts
        subscriber = redis.makeSubscriber { event in
            switch event {
            case .message(let message): Hub.route(message, to: eventLoops, loops, counts)
            // Messages were missed: the next turn tells everything.
            case .reconnected, .dropped: Hub.onEach(eventLoops, loops) { $0.forgetStates() }
            }
        }
    }

    // MARK: sockets

    /// What stands between an authenticated request and its socket.
    package enum Admission: Sendable, Equatable {
        case admitted
        case tooManyOfUser
        case nodeFull
    }

    /// Reserves a place for a user and makes sure his messages arrive; to be balanced by ``leave(_:)``.
    package func join(_ user: UserID, maximumPerNode: Int) async -> Admission {
        let (admission, isFirst) = users.withLock { users -> (Admission, Bool) in
            guard users.total < maximumPerNode else { return (.nodeFull, false) }
            let count = users.sockets[user, default: 0]
            guard count < Self.maximumPerUser else { return (.tooManyOfUser, false) }
            users.sockets[user] = count + 1
            users.total += 1
            return (.admitted, count == 0)
        }
        // Without Redis the wish stands, and the topic is subscribed as soon as there is a connection.
        if isFirst { try? await subscriber.subscribe([Publisher.topic(of: user)]) }
        return admission
    }

    /// Gives a place back; the topic is released a little later.
    package func leave(_ user: UserID) {
        let isLast = users.withLock { users in
            users.total -= 1
            let count = users.sockets[user, default: 1] - 1
            users.sockets[user] = count > 0 ? count : nil
            return count <= 0
        }
        guard isLast, let loop = eventLoops.first else { return }
        loop.scheduleTask(in: Self.releaseDelay) { [self] in
            guard users.withLock({ $0.sockets[user] == nil }) else { return }
            Task { try? await subscriber.unsubscribe([Publisher.topic(of: user)]) }
        }
    }

    /// The handler of a new socket of a user, for the upgrade to make on the socket's loop.
    package func makeHandler(user: UserID, session: SessionID, on eventLoop: any EventLoop) -> any WebSocketHandler {
        ClientSocket(user: user, session: session, hub: self, sockets: loops[ObjectIdentifier(eventLoop)]?.value ?? LoopSockets())
    }

    /// Closes the sockets whose session has ended or whose user is banned.
    /// - Parameter living: answers those of the sessions that are in good standing.
    /// - Throws: what `living` throws; nothing is closed then.
    package func closeEnded(living: ([SessionID]) async throws -> Set<SessionID>) async throws {
        var open: Set<SessionID> = []
        for loop in eventLoops {
            guard let sockets = loops[ObjectIdentifier(loop)] else { continue }
            open.formUnion(try await loop.submit { sockets.value.sessions }.get())
        }
        var ended = open
        for start in stride(from: 0, to: open.count, by: Self.sessionsPerQuery) {
            ended.subtract(try await living(Array(open.dropFirst(start).prefix(Self.sessionsPerQuery))))
        }
        guard !ended.isEmpty else { return }
        for loop in eventLoops {
            guard let sockets = loops[ObjectIdentifier(loop)] else { continue }
            let closing = ended
            loop.execute { sockets.value.close(closing, with: Self.sessionEnded) }
        }
    }

    /// Open sockets on this node.
    package var openSockets: Int { users.withLock { $0.total } }

    package func close() async { await subscriber.close() }

    // MARK: whole states

    /// The users with a socket here that is subscribed to one of some channels, with these channels.
    package func listeners(
        to channels: Set<RealtimeChannel>,
        where isMeant: @escaping @Sendable (UserID) -> Bool
    ) async -> [UserID: Set<RealtimeChannel>] {
        var listeners: [UserID: Set<RealtimeChannel>] = [:]
        for loop in eventLoops {
            guard let sockets = loops[ObjectIdentifier(loop)] else { continue }
            let some = try? await loop.submit { sockets.value.listeners(to: channels, where: isMeant) }.get()
            listeners.merge(some ?? [:]) { $0.union($1) }
        }
        return listeners
    }

    /// A channel's whole state for the sockets of one user.
    package struct ChannelState: Sendable, Equatable {
        package let user: UserID
        package let channel: RealtimeChannel
        /// An object with a member `type`.
        package let data: ByteBuffer
        /// Whether it says anything that the state before did not.
        package let isChanged: Bool

        package init(user: UserID, channel: RealtimeChannel, data: ByteBuffer, isChanged: Bool) {
            self.user = user
            self.channel = channel
            self.data = data
            self.isChanged = isChanged
        }
    }

    /// Writes states to the sockets that are subscribed: to all of them what has changed, what has not to those only that have not had it
    /// since they subscribed (spec 04 §10).
    package func send(_ states: [ChannelState]) {
        let frames = states.map { (state: $0, frame: WebSocketFrames.text(PublishedMessage.frameText($0.channel, $0.data))) }
        Self.onEach(eventLoops, loops) { sockets in
            for (state, frame) in frames {
                sockets.send(state: frame, of: state.channel, to: state.user, isChanged: state.isChanged)
            }
        }
    }

    private static func onEach(
        _ eventLoops: [any EventLoop],
        _ loops: [ObjectIdentifier: NIOLoopBoundBox<LoopSockets>],
        _ body: @escaping @Sendable (LoopSockets) -> Void
    ) {
        for loop in eventLoops {
            guard let sockets = loops[ObjectIdentifier(loop)] else { continue }
            loop.execute { body(sockets.value) }
        }
    }

    // MARK: messages

    private static func route(
        _ message: RedisMessage,
        to eventLoops: [any EventLoop],
        _ loops: [ObjectIdentifier: NIOLoopBoundBox<LoopSockets>],
        _ counts: MessageCounts
    ) {
        let prefix = "ws:user:"
        guard message.channel.hasPrefix(prefix), let user = UserID(String(message.channel.dropFirst(prefix.count))),
            let published = PublishedMessage(payload: message.payload)
        else { return counts.skipped() }
        let frame = WebSocketFrames.text(published.frameText)
        for loop in eventLoops {
            guard let sockets = loops[ObjectIdentifier(loop)] else { continue }
            loop.execute { sockets.value.send(frame, channel: published.channel, to: user) }
        }
    }
}
