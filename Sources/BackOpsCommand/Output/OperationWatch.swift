import BackOps

/// Shows on standard error how an operation gets on, until it has ended.
///
/// On a terminal that is one line which changes; elsewhere a line for every change.
struct OperationWatch {
    private let handle: OperationHandle
    private let style: Style
    private let isLive: Bool

    init(_ handle: OperationHandle, _ style: Style) {
        self.handle = handle
        self.style = style
        isLive = StandardStream.error.isTerminal && style.width != nil
    }

    private static let firstPause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(500)

    /// Returns the operation as it ended.
    ///
    /// - Throws: ``Problem`` with ``ProgramStatus/timedOut`` or ``ProgramStatus/interrupted``; the operation goes on then.
    func untilEnd(timeout: Duration?) async throws -> OperationRecord {
        let signals = await SignalRelay.trapping()
        return try await withThrowingTaskGroup(of: OperationRecord.self) { group in
            group.addTask { try await follow(timeout) }
            group.addTask {
                guard await signals.next() != nil else { throw CancellationError() }
                throw leaving(.interrupted, "interrupted")
            }
            defer { group.cancelAll() }
            guard let end = try await group.next() else { throw CancellationError() }
            return end
        }
    }

    private func follow(_ timeout: Duration?) async throws -> OperationRecord {
        let start = ContinuousClock.now
        var pause = Self.firstPause
        var last = ""
        while true {
            let record = try await handle.record()
            let line = OperationLine(record).text(style)
            if line != last { show(line, isLast: record.state != .active) }
            last = line
            if record.state != .active { return record }
            let waited = ContinuousClock.now - start
            if let timeout, waited >= timeout {
                throw leaving(
                    .timedOut,
                    "operation \(handle.id) has not ended within \(DurationText.short(timeout))"
                )
            }
            try await Task.sleep(for: min(pause, timeout.map { $0 - waited } ?? pause))
            pause = min(pause * 3 / 2, Self.longestPause)
        }
    }

    private func show(_ line: String, isLast: Bool) {
        // Back to the first column, and nothing of the line before is left.
        StandardStream.error.write(isLive ? "\r\u{1b}[K\(line)\(isLast ? "\n" : "")" : line + "\n")
    }

    private func leaving(_ status: ProgramStatus, _ message: String) -> Problem {
        if isLive { StandardStream.error.writeLine() }
        return Problem(status, message, advice: "It goes on: `\(Program.name) show \(handle.id)`.")
    }
}
