/// Refers to one operation.
public struct OperationHandle: Sendable, Identifiable {
    /// The operation's number.
    public let id: Int64

    private let client: BackOpsClient

    init(id: Int64, client: BackOpsClient) {
        self.id = id
        self.client = client
    }

    /// Reads how the operation is now.
    ///
    /// - Returns: The operation.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``.
    public func record() async throws -> OperationRecord {
        guard let record = try await client.operation(id) else { throw BackOpsError.noSuchOperation(id) }
        return record
    }

    /// Waits until the operation has ended.
    ///
    /// Asks the database by its primary key, at first every 10 ms and then less and less often, at last every second.
    ///
    /// - Parameter timeout: How long to wait at most; nil is without limit.
    /// - Returns: The operation as it ended: completed, failed or cancelled.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/timedOut`` or ``BackOpsError/Code/noSuchOperation``;
    ///   `CancellationError`.
    public func result(timeout: Duration? = nil) async throws -> OperationRecord {
        let start = ContinuousClock.now
        var pause: Duration = .milliseconds(10)
        while true {
            guard let state = try await client.state(of: id) else { throw BackOpsError.noSuchOperation(id) }
            if state != .active { return try await record() }
            let waited = ContinuousClock.now - start
            if let timeout, waited >= timeout {
                throw BackOpsError(
                    .timedOut,
                    subject: String(id),
                    message: "Operation \(id) has not ended within \(timeout). It goes on."
                )
            }
            try await Task.sleep(for: min(pause, timeout.map { $0 - waited } ?? pause))
            pause = min(pause * 3 / 2, .seconds(1))
        }
    }
}

extension BackOpsError {
    package static func noSuchOperation(_ id: Int64) -> BackOpsError {
        var error = BackOpsError(
            .noSuchOperation,
            subject: String(id),
            message: "There is no operation \(id)."
        )
        error.operationID = id
        return error
    }
}
