import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension BackOpsClient {
    /// Reads the queues in which something waits, that a worker serves, or that are paused.
    ///
    /// Counting stops at some thousands of a kind, so that it costs the same however much waits; see
    /// ``QueueRecord/isCapped``.
    ///
    /// - Returns: The queues, by name.
    /// - Throws: ``BackOpsError``.
    public func queues() async throws -> [QueueRecord] {
        try await call(engine.queueRecords()).read(QueueRecord.init)
    }

    /// Pauses a queue: nothing of it is claimed any more, and what runs finishes.
    ///
    /// The next action of an operation whose action finishes does not start either. A queue that is paused already gets the new
    /// time and reason. Any name is taken, also that of a queue in which nothing waits yet.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - until: When it goes on by itself; nil for when somebody resumes it.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The pause.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a name that no queue can have, and for a time
    ///   that has passed.
    @discardableResult
    public func pause(_ queue: String, until: Date? = nil, reason: String? = nil) async throws -> QueuePause {
        try await paused(engine.pause(queue, until: until, for: nil, reason: reason))
    }

    /// Pauses a queue for some time, by the database's clock.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - duration: After which time it goes on by itself.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The pause.
    /// - Throws: As ``pause(_:until:reason:)``.
    @discardableResult
    public func pause(
        _ queue: String,
        for duration: Duration,
        reason: String? = nil
    ) async throws -> QueuePause {
        try await paused(engine.pause(queue, until: nil, for: duration, reason: reason))
    }

    /// Resumes a paused queue, and wakes workers that sleep.
    ///
    /// - Parameter queue: The queue's name.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/wrongState`` when it is not paused; the message names those that
    ///   are.
    public func resume(_ queue: String) async throws {
        try await call(engine.resume(queue))
    }

    /// Reads the queues that have a limit, or had one, and how many of each run.
    ///
    /// - Returns: The limits, by queue.
    /// - Throws: ``BackOpsError``.
    public func queueLimits() async throws -> [QueueLimit] {
        try await call(engine.queueLimits()).read(QueueLimit.init)
    }

    /// Sets how many actions of a queue may run at once, all workers together.
    ///
    /// More start at once where the number grows. Where it shrinks, or is the first one, what runs goes on, and nothing of the queue starts
    /// until enough have ended. Who waits stays in the queue, in its order.
    ///
    /// ```swift
    /// try await client.setQueueLimit("reports", to: 4, reason: "they are heavy")
    /// ```
    ///
    /// - Parameters:
    ///   - queue: The queue's name; any name is taken, also that of a queue in which nothing waits yet.
    ///   - maximum: How many run at once: 0 to 1,000,000. With 0 nothing starts; nil is no limit.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The limit as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a name, or a maximum, that cannot be.
    @discardableResult
    public func setQueueLimit(
        _ queue: String,
        to maximum: Int?,
        reason: String? = nil
    ) async throws -> QueueLimit {
        let statement = engine.setQueueLimit(queue, to: maximum, reason: reason)
        guard let limit = try await call(statement).read(QueueLimit.init).first else {
            throw BackOpsError.noRow("the limit")
        }
        return limit
    }

    private func paused(_ statement: SQLStatement) async throws -> QueuePause {
        guard let pause = try await call(statement).read(QueuePause.init).first else {
            throw BackOpsError.noRow("the pause")
        }
        return pause
    }
}
