import Dispatch
import Foundation
import Glibc
import NIOCore

/// A series of segment files, written at its end and read from its beginning, in order.
struct SpoolLane {
    private struct Segment {
        let number: Int
        let path: String
        var byteCount: Int
    }

    private let directory: String
    private let name: String
    private let segmentBytes: Int
    private var segments: [Segment] = []
    /// The open end of the last segment. A segment found at start is never written again: it may end in a torn record.
    private var writer: Int32?
    private var isDirty = false
    /// Where reading goes on in the first segment, and where it will once the peeked records are removed.
    private var position = 0
    private var peekedTo = 0

    /// Takes up what an earlier process left.
    init(directory: String, name: String, segmentBytes: Int) {
        self.directory = directory
        self.name = name
        self.segmentBytes = segmentBytes
        for file in ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted() {
            guard file.hasPrefix(name + "-"), file.hasSuffix(".spool"), let number = Int(file.dropFirst(name.count + 1).dropLast(6)) else {
                continue
            }
            let path = directory + "/" + file
            let facts = FileFacts(path: path)
            guard facts.isPresent else { continue }
            if facts.byteCount == 0 {
                unlink(path)
            } else {
                segments.append(Segment(number: number, path: path, byteCount: facts.byteCount))
            }
        }
        segments.sort { $0.number < $1.number }
    }

    var isEmpty: Bool { segments.isEmpty }
    var byteCount: Int { segments.reduce(0) { $0 + $1.byteCount } - position }

    // MARK: writing

    mutating func append(_ frames: ByteBuffer) throws(CollectorError) {
        if let last = segments.last, writer != nil, last.byteCount + frames.readableBytes > segmentBytes, last.byteCount > 0 {
            try finishSegment()
        }
        if writer == nil { try beginSegment() }
        guard let writer else { return }
        var written = 0
        while written < frames.readableBytes {
            let count = frames.withUnsafeReadableBytes { write(writer, $0.baseAddress?.advanced(by: written), $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                // What got through of the batch must not be read as its whole.
                ftruncate(writer, off_t(segments[segments.count - 1].byteCount))
                throw .system(call: "write", code: code)
            }
            written += count
        }
        segments[segments.count - 1].byteCount += written
        isDirty = true
    }

    mutating func sync() {
        guard isDirty, let writer else { return }
        fdatasync(writer)
        isDirty = false
    }

    private mutating func beginSegment() throws(CollectorError) {
        let number = (segments.last?.number ?? 0) + 1
        let digits = String(number)
        let path = "\(directory)/\(name)-\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).spool"
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(call: "open", code: errno) }
        writer = descriptor
        segments.append(Segment(number: number, path: path, byteCount: 0))
    }

    private mutating func finishSegment() throws(CollectorError) {
        sync()
        if let writer { close(writer) }
        writer = nil
    }

    // MARK: reading

    /// Up to `limit` of the oldest records, at least one unless the lane is empty. A torn or damaged record ends its segment.
    mutating func peek(limit: Int) -> (records: [ByteBuffer], isDamaged: Bool) {
        var isDamaged = false
        while let first = segments.first {
            var buffer = Self.read(first.path, from: position)
            let available = buffer.readableBytes
            var records: [ByteBuffer] = []
            var stop: SpoolFrame.Parsed?
            while records.count < limit, stop == nil {
                switch SpoolFrame.next(&buffer) {
                case .record(let content): records.append(content)
                case let other: stop = other
                }
            }
            if !records.isEmpty {
                peekedTo = position + available - buffer.readableBytes
                return (records, isDamaged)
            }
            if available > 0 { isDamaged = true }
            dropFirst()
        }
        return ([], isDamaged)
    }

    /// Removes the records of the last ``peek(limit:)``.
    mutating func removePeeked() {
        position = peekedTo
        if let first = segments.first, position >= first.byteCount { dropFirst() }
    }

    /// Drops the oldest segment; answers how many records it still held.
    mutating func dropOldest() -> Int {
        guard let first = segments.first else { return 0 }
        var count = 0
        var offset = position
        reading: while true {
            var buffer = Self.read(first.path, from: offset)
            let available = buffer.readableBytes
            while true {
                guard case .record = SpoolFrame.next(&buffer) else { break }
                count += 1
            }
            guard available > buffer.readableBytes else { break reading }
            offset += available - buffer.readableBytes
        }
        dropFirst()
        return count
    }

    private mutating func dropFirst() {
        guard let first = segments.first else { return }
        if segments.count == 1, let writer {
            close(writer)
            self.writer = nil
            isDirty = false
        }
        unlink(first.path)
        segments.removeFirst()
        position = 0
        peekedTo = 0
    }

    /// At most a mebibyte, which holds at least one record.
    private static func read(_ path: String, from offset: Int) -> ByteBuffer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return ByteBuffer() }
        defer { close(descriptor) }
        var buffer = ByteBufferAllocator().buffer(capacity: 1 << 20)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 1 << 20) { target in
            var count = 0
            while count < 1 << 20 {
                let read = pread(descriptor, target.baseAddress?.advanced(by: count), (1 << 20) - count, off_t(offset + count))
                guard read > 0 else { break }
                count += read
            }
            return count
        }
        return buffer
    }
}
