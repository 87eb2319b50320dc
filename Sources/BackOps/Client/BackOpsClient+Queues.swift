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

    /// Reads the queues whose actions take turns, or did, and how many wait for theirs.
    ///
    /// Counting stops at a thousand, so that it costs the same however much waits.
    ///
    /// - Returns: The fair queues, by name.
    /// - Throws: ``BackOpsError``.
    public func fairQueues() async throws -> [FairQueue] {
        try await call(engine.fairQueues()).read(FairQueue.init)
    }

    /// Reads who waits in a fair queue, key by key.
    ///
    /// It looks at the first 10,000 actions that have their turn, each of which has an operation to be read: take it for people, not for metrics.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - limit: How many keys at most, 1 or more.
    /// - Returns: The keys, who comes first before the others; none for a queue that takes no turns.
    /// - Throws: ``BackOpsError``.
    public func fairQueueLines(of queue: String, limit: Int = 100) async throws -> [FairQueueLine] {
        try await call(engine.fairQueueLines(of: queue, limit: limit)).read(FairQueueLine.init)
    }

    /// Makes the actions of a queue take turns by the value of a global, or take none any more.
    ///
    /// Each value gets as much of the queue as its weight says beside the others, and who has nothing to do leaves it to the others: nobody
    /// waits for all that somebody else has enqueued. More urgent priorities go first, as ever; each of them takes turns by itself.
    ///
    /// It holds for what is given a turn from now on; what has one keeps it, also where the queue takes none any more. The call waits for a claim
    /// that gives turns at this moment, and wakes workers that sleep.
    ///
    /// ```swift
    /// try await client.setQueueFairness("reports", by: "tenant", weights: ["acme": 3], reason: "they pay for it")
    /// ```
    ///
    /// - Parameters:
    ///   - queue: The queue's name; any name is taken, also that of a queue in which nothing waits yet.
    ///   - global: The name of the global, of 1 to 200 characters; nil for no turns. Operations without it are one value.
    ///   - weights: How much a value gets: 0.01 to 100, 1 for those that are not named, and 1,000 at most are. They replace those of before.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The queue as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a name, a global or a weight that cannot be, and for weights
    ///   without a global.
    @discardableResult
    public func setQueueFairness(
        _ queue: String,
        by global: String?,
        weights: [String: Double] = [:],
        reason: String? = nil
    ) async throws -> FairQueue {
        let statement = engine.setQueueFairness(queue, by: global, weights: weights, reason: reason)
        guard let fair = try await call(statement).read(FairQueue.init).first else {
            throw BackOpsError.noRow("the fair queue")
        }
        return fair
    }

    /// Makes the actions of a queue take turns by the value of a global.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - key: The global.
    ///   - weights: As in ``setQueueFairness(_:by:weights:reason:)-(_,String?,_,_)``.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The queue as it is now.
    /// - Throws: As ``setQueueFairness(_:by:weights:reason:)-(_,String?,_,_)``.
    @discardableResult
    public func setQueueFairness(
        _ queue: String,
        by key: GlobalKey<some Codable & Sendable>,
        weights: [String: Double] = [:],
        reason: String? = nil
    ) async throws -> FairQueue {
        try await setQueueFairness(queue, by: key.name as String?, weights: weights, reason: reason)
    }

    private func paused(_ statement: SQLStatement) async throws -> QueuePause {
        guard let pause = try await call(statement).read(QueuePause.init).first else {
            throw BackOpsError.noRow("the pause")
        }
        return pause
    }
}
