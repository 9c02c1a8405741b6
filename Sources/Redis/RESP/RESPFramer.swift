public import NIOCore

/// Cuts a stream of bytes into complete RESP3 values without building them.
///
/// A pure value: it remembers how far the front of the buffer has been understood and how many values each open aggregate
/// still lacks, so every byte is looked at once however the stream was split. Values are checked here completely; a frame that comes out
/// can be decoded without failing. Attributes in front of a value are dropped.
public struct RESPFramer: Sendable {
    private enum Step {
        case incomplete(needed: Int)
        case complete(length: Int, type: RESPType)
        case violation(RESPProtocolError)
    }

    /// Size and nesting limits.
    public let limits: RESPLimits
    /// Values still missing in each open aggregate, outermost first.
    private var missing: [Int] = []
    /// The outermost open aggregate is an attribute, after which the value itself comes.
    private var outermostIsAttribute = false
    /// Type of the value being read, once its first byte is known.
    private var frameType: RESPType?
    /// Offset behind the last whole token.
    private var scanned = 0
    /// Offset behind the attributes in front of the value.
    private var valueStart = 0
    private var failure: RESPProtocolError?
    /// Number of bytes, from the front of the buffer, without which the current value cannot be complete; zero when unknown.
    public private(set) var bytesNeeded = 0

    /// A framer at the start of a stream.
    public init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// Takes the next whole value off the front of the buffer; nil when more bytes are necessary.
    ///
    /// The caller only ever appends to the buffer. After an error every further call throws the same error.
    public mutating func next(from buffer: inout ByteBuffer) throws(RESPProtocolError) -> RESPFrame? {
        if let failure { throw failure }
        switch buffer.withUnsafeReadableBytes({ scan($0) }) {
        case .incomplete(let needed):
            bytesNeeded = needed
            return nil
        case .violation(let error):
            failure = error
            throw error
        case .complete(let length, let type):
            buffer.moveReaderIndex(forwardBy: valueStart)
            let slice = buffer.readSlice(length: length - valueStart)
            scanned = 0
            valueStart = 0
            frameType = nil
            return slice.map { RESPFrame(bytes: $0, type: type) }
        }
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Step {
        var tokenizer = RESPTokenizer(bytes, limits: limits, position: scanned)
        do throws(RESPProtocolError) {
            while true {
                // All but the last of an aggregate are only counted.
                if let last = missing.indices.last { while missing[last] > 1, tokenizer.shortString() != nil { missing[last] -= 1 } }
                scanned = tokenizer.position
                guard let token = try tokenizer.next() else { break }
                scanned = tokenizer.position
                if let type = try consume(token) { return .complete(length: scanned, type: type) }
            }
            return .incomplete(needed: tokenizer.needed)
        } catch {
            return .violation(error)
        }
    }

    /// Accounts for one token; the type of the value when it is complete with it.
    private mutating func consume(_ token: RESPToken) throws(RESPProtocolError) -> RESPType? {
        if token.type == .attribute {
            if missing.isEmpty {
                outermostIsAttribute = token.children > 0
                valueStart = scanned
            }
            if token.children > 0 { try open(token.children) }
            return nil
        }
        if missing.isEmpty {
            frameType = token.type
        } else {
            missing[missing.count - 1] -= 1
        }
        if token.children > 0 {
            try open(token.children)
            return nil
        }
        while missing.last == 0 { missing.removeLast() }
        guard missing.isEmpty else { return nil }
        if outermostIsAttribute {
            outermostIsAttribute = false
            valueStart = scanned
            return nil
        }
        return frameType
    }

    private mutating func open(_ children: Int) throws(RESPProtocolError) {
        guard missing.count < limits.maxDepth else { throw .tooDeep }
        missing.append(children)
    }
}
