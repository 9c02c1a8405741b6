/// A COPY or a script: work of the simple protocol, for which the connection leaves pipeline mode.
struct SimpleOperation {
    /// Bytes handed to libpq at once; what libpq has not sent yet never grows much beyond it.
    static let chunkBytes = 128 * 1024

    let request: Request
    /// What the COPY is fed.
    let data: [UInt8]?
    /// Bytes already handed over; `nil` while the server has not asked for data.
    var sent: Int?
    var isDataComplete = false
    var rows: [ResultStorage] = []
    var failure: ServerError?

    init(request: Request, data: [UInt8]?) {
        self.request = request
        self.data = data
    }
}

extension Session {
    /// Leaves pipeline mode and sends the text. The pipeline must be empty.
    func begin(_ operation: SimpleOperation, text: String) {
        self.operation = operation
        guard let wire, wire.exitPipeline(), wire.script(text) else { return close(.connectionLost) }
    }

    /// Reads the operation's results; re-enters pipeline mode at their end. False when the connection is unusable.
    func drainOperation(_ wire: Wire, into completions: inout [Completion]) -> Bool {
        while operation != nil, !wire.isBusy {
            switch wire.nextResult() {
            case .rows(let rows): operation?.rows.append(rows)
            case .failure(let error):
                if error.sqlState.endsConnection || error.sqlState.category == "08" { return false }
                // Read first: an assignment through `?.` holds its access while the right side is evaluated.
                let failure = operation?.failure ?? error
                operation?.failure = failure
            case .copyIn:
                // libpq repeats this result until the data is complete, so leave the loop.
                if operation?.sent == nil { operation?.sent = 0 }
                continueOperation()
                // The server's verdict may have been read before the data was complete: then no further event would bring it.
                guard self.wire != nil, operation?.isDataComplete == true else { return self.wire != nil }
            case nil: return finishOperation(wire, into: &completions)
            case .copyOut, .aborted, .sync: return false
            }
        }
        return true
    }

    /// Hands over COPY data as long as the socket takes it.
    func continueOperation() {
        guard let wire, var operation, var sent = operation.sent else {
            flush()
            return
        }
        let data = operation.data ?? []
        while !operation.isDataComplete {
            let result: Int32
            if sent < data.count {
                let end = min(sent + SimpleOperation.chunkBytes, data.count)
                result = data.withUnsafeBytes { wire.copy(UnsafeRawBufferPointer(rebasing: $0[sent..<end])) }
                if result == 1 { sent = end }
            } else {
                result = wire.endCopy(error: operation.data == nil ? "no data" : nil)
                if result == 1 { operation.isDataComplete = true }
            }
            guard result >= 0 else { return close(.connectionLost) }
            operation.sent = sent
            self.operation = operation
            guard flush() else { return }
        }
        flush()
    }

    private func finishOperation(_ wire: Wire, into completions: inout [Completion]) -> Bool {
        guard let operation else { return false }
        self.operation = nil
        guard wire.enterPipeline() else { return false }
        guard let continuation = operation.request.continuation else { return true }
        if let failure = operation.failure {
            completions.append(Completion(continuation: continuation, result: .failure(translate(failure, for: operation.request))))
        } else {
            completions.append(Completion(continuation: continuation, result: .success(operation.rows)))
        }
        return true
    }
}
