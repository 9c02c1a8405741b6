import CPostgres

/// libpq's connection object. Not `Sendable`: the actor that holds it is the only one to touch the pointer.
final class Wire {
    private let pointer: OpaquePointer
    /// Argument arrays reused from call to call.
    private var values: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// What the socket must be ready for before connecting can go on.
    enum Progress { case reading, writing, connected, failed }

    /// Starts connecting; `nil` only when memory is short.
    init?(keywords: [(String, String)]) {
        let connection = Wire.withCStrings(keywords.map(\.0)) { names in
            Wire.withCStrings(keywords.map(\.1)) { values in PQconnectStartParams(names, values, 0) }
        }
        guard let connection else { return nil }
        pointer = connection
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        var pointers = strings.map { string in
            string.utf8CString.withUnsafeBufferPointer { source -> UnsafePointer<CChar>? in
                let copy = UnsafeMutablePointer<CChar>.allocate(capacity: source.count)
                for index in source.indices { (copy + index).initialize(to: source[index]) }
                return UnsafePointer(copy)
            }
        }
        pointers.append(nil)
        defer { for pointer in pointers { pointer?.deallocate() } }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }

    // MARK: Connecting

    var isBad: Bool { PQstatus(pointer) == CONNECTION_BAD }
    var socket: Int32 { PQsocket(pointer) }

    /// libpq's own words for the last failure, in one line. For the operator's log only.
    var failure: String {
        let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    func continueConnecting() -> Progress {
        switch PQconnectPoll(pointer) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    /// Makes calls return instead of wait.
    func makeNonblocking() -> Bool { PQsetnonblocking(pointer, 1) == 0 }

    // MARK: Sending

    func enterPipeline() -> Bool { PQenterPipelineMode(pointer) == 1 }
    func exitPipeline() -> Bool { PQexitPipelineMode(pointer) == 1 }

    func prepare(_ name: String, text: String, types: [UInt32]) -> Bool {
        PQsendPrepare(pointer, name, text, Int32(types.count), types) == 1
    }

    func execute(_ name: String, _ arguments: SQLArguments) -> Bool {
        let count = Int32(arguments.slots.count)
        if count == 0 { return PQsendQueryPrepared(pointer, name, 0, nil, nil, nil, 1) == 1 }
        return withArguments(arguments) { PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1) } == 1
    }

    /// Parses, binds and executes in one go, keeping nothing on the server.
    func execute(text: String, _ arguments: SQLArguments) -> Bool {
        let types = arguments.slots.map(\.type)
        return withArguments(arguments) {
            PQsendQueryParams(pointer, text, Int32(types.count), types, values, lengths, formats, 1)
        } == 1
    }

    /// Any number of statements by the simple protocol; not in pipeline mode.
    func script(_ text: String) -> Bool { PQsendQuery(pointer, text) == 1 }

    func sync() -> Bool { PQpipelineSync(pointer) == 1 }

    /// Sends what is buffered: 0 when all is sent, 1 when the socket is full, -1 on failure.
    func flush() -> Int32 { PQflush(pointer) }

    private func withArguments(_ arguments: SQLArguments, _ body: () -> Int32) -> Int32 {
        arguments.bytes.withUnsafeBytes { bytes in
            values.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            for slot in arguments.slots {
                // An empty value still needs an address: a null pointer would mean NULL.
                let start = bytes.baseAddress.map { $0 + slot.offset } ?? Wire.emptyValue
                values.append(slot.length < 0 ? nil : start.assumingMemoryBound(to: CChar.self))
                lengths.append(Int32(truncatingIfNeeded: slot.length))
            }
            while formats.count < arguments.slots.count { formats.append(1) }
            return body()
        }
    }

    /// An address that is never read from and never freed, hence safe to share.
    nonisolated(unsafe) private static let emptyValue = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

    // MARK: Receiving

    /// Reads what the socket holds; false when the connection is gone.
    func consumeInput() -> Bool { PQconsumeInput(pointer) == 1 }
    var isBusy: Bool { PQisBusy(pointer) == 1 }

    /// The next result, or `nil` at the end of a statement's results.
    func nextResult() -> WireResult? {
        guard let result = PQgetResult(pointer) else { return nil }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return .rows(ResultStorage(result))
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            return .sync
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            return .aborted
        case PGRES_COPY_IN:
            PQclear(result)
            return .copyIn
        case PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            return .copyOut
        default:
            defer { PQclear(result) }
            return .failure(ServerError(result: result))
        }
    }

    // MARK: COPY

    /// Queues data for a running COPY: 1 when queued, 0 when there is no room yet, -1 on failure.
    func copy(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        PQputCopyData(pointer, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
    }

    /// Ends a running COPY, with an error message to make the server drop it.
    func endCopy(error: String? = nil) -> Int32 { PQputCopyEnd(pointer, error) }

    /// What cancels the statement that runs on this connection.
    func cancellation() -> WireCancellation? { PQgetCancel(pointer).map(WireCancellation.init) }
}

/// One result as the pipeline sees it.
enum WireResult {
    case rows(ResultStorage)
    case failure(ServerError)
    case aborted
    case sync
    case copyIn
    case copyOut
}

/// Cancels the running statement of one connection, from any thread.
///
/// `@unchecked Sendable`: libpq documents `PQcancel` as thread-safe with respect to the connection (libpq manual, 34.7):
/// the object is an immutable copy of the address and the cancel key. The pointer never changes and is freed in `deinit`.
final class WireCancellation: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQfreeCancel(pointer) }

    /// Asks the server to cancel. Blocks until the server has taken the request.
    func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            _ = PQcancel(pointer, buffer.baseAddress, Int32(buffer.count))
        }
    }
}

extension ServerError {
    /// Reads the fields of an error result. A result without SQLSTATE was made by libpq itself: the connection failed.
    fileprivate init(result: OpaquePointer) {
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        self.init(
            sqlState: SQLState(field("C") ?? "08006"),
            message: field("M") ?? "connection failure",
            schema: field("s"),
            table: field("t"),
            column: field("c"),
            constraint: field("n")
        )
    }
}
