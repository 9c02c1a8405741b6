import GameRules
import NIOCore
import Platform
import Redis

/// Reads and keeps alive the logs of clients that resume.
struct ResumeReader: Sendable {
    let redis: RedisClient
    let random: RandomSource

    /// Opens a user's log of a channel and the shared one unless they are there, and reads what came after a position.
    /// - Returns: nil while Redis cannot say.
    func read(_ channel: RealtimeChannel, of user: UserID, after position: ResumePosition?) async -> ResumeLogs? {
        guard let personal = await read(ResumeLog.key(of: user, channel: channel.rawValue), after: position?.personal),
            let shared = await read(ResumeLog.key(of: nil, channel: channel.rawValue), after: position?.shared)
        else { return nil }
        return ResumeLogs(
            last: ResumePosition(personal: personal.last, shared: shared.last),
            isComplete: personal.isComplete && shared.isComplete,
            messages: Self.merge(personal.messages, shared.messages.filter { Self.isMeant($0, for: user) })
        )
    }

    /// Keeps logs for as long as somebody listens.
    func renew(_ channels: [(user: UserID, channel: RealtimeChannel)]) async {
        var keys = Set(channels.map { ResumeLog.key(of: nil, channel: $0.channel.rawValue) })
        keys.formUnion(channels.map { ResumeLog.key(of: $0.user, channel: $0.channel.rawValue) })
        guard !keys.isEmpty else { return }
        _ = try? await redis.pipeline(keys.map { RedisCommand("EXPIRE", $0, ResumeLog.lifeSeconds) })
        _ = try? await redis.pipeline(keys.map { RedisCommand("EXPIRE", $0 + ":messages", ResumeLog.lifeSeconds) })
    }

    private typealias Log = (last: ResumePosition.Point, isComplete: Bool, messages: [PublishedMessage])

    private func read(_ key: String, after point: ResumePosition.Point?) async -> Log? {
        let arguments: [RedisArgument] = [
            .string(Hex.encode(random.bytes(6))), .string(point?.epoch ?? ""), .string(point.map { String($0.offset) } ?? ""),
        ]
        guard let answer = try? await redis.evaluate(ResumeLog.read, keys: [key], arguments: arguments).array, answer.count == 4,
            let epoch = answer[0].string, let offset = answer[1].int, let entries = answer[3].array
        else { return nil }
        let messages = entries.compactMap { $0.buffer.flatMap(Self.message) }
        return (ResumePosition.Point(epoch: epoch, offset: Int64(offset)), answer[2].int == 1, messages)
    }

    /// An entry is the topic, a line feed and what was published.
    private static func message(_ entry: ByteBuffer) -> PublishedMessage? {
        var payload = entry
        guard let length = entry.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({ $0 - entry.readerIndex }),
            let topic = payload.readString(length: length)
        else { return nil }
        payload.moveReaderIndex(forwardBy: 1)
        return try? PublishedMessage(topic: topic, payload: payload)
    }

    private static func isMeant(_ message: PublishedMessage, for user: UserID) -> Bool {
        switch message.audience {
        case .user(let owner): owner == user
        case .all(let excepted): excepted != user
        }
    }

    /// Both are in order; together they follow the time of publication.
    private static func merge(_ left: [PublishedMessage], _ right: [PublishedMessage]) -> [PublishedMessage] {
        guard !left.isEmpty, !right.isEmpty else { return left + right }
        var merged: [PublishedMessage] = []
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let takesLeft = j == right.count || i < left.count && left[i].publishedAt <= right[j].publishedAt
            merged.append(takesLeft ? left[i] : right[j])
            if takesLeft { i += 1 } else { j += 1 }
        }
        return merged
    }
}
