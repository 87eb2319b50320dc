import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Which slots of a backfill come first.
public enum BackfillOrder: String, Sendable, Hashable, CaseIterable {
    /// The oldest slot first.
    case oldestFirst = "oldest"
    /// The newest slot first.
    case newestFirst = "newest"
}

extension BackOpsClient {
    /// Counts the slots that a backfill would run.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - start: The start of the time span, which belongs to it.
    ///   - end: The end of the time span, which belongs to it and must have passed; nil for now.
    /// - Returns: The slots, and how many have an operation already.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no schedule of that name, and
    ///   ``BackOpsError/Code/invalidArgument`` for times in the wrong order or to come, and for more than 10,000 slots.
    public func previewBackfill(
        _ name: String,
        from start: Date,
        to end: Date? = nil
    ) async throws -> BackfillPreview {
        let rows = try await call(engine.previewBackfill(name, start, end)).read(BackfillPreview.init)
        guard let preview = rows.first else { throw BackOpsError.noRow("preview_backfill") }
        return preview
    }

    /// Runs the slots of a schedule from one time to another that have no operation yet, also those before its start.
    ///
    /// It is an operation, `backops.backfill`, which any worker runs: its globals say how far it is. Once `cancel` has returned, no further
    /// slot is started.
    ///
    /// - Parameters:
    ///   - name: The schedule's name.
    ///   - start: The start of the time span, which belongs to it.
    ///   - end: The end of the time span, which belongs to it and must have passed; nil for now.
    ///   - concurrency: How many of its operations are active at once: 1 to 100.
    ///   - order: Which slots come first.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: A handle for the operation.
    /// - Throws: As ``previewBackfill(_:from:to:)``, and ``BackOpsError/Code/invalidArgument`` where there is no slot.
    @discardableResult
    public func backfill(
        _ name: String,
        from start: Date,
        to end: Date? = nil,
        concurrency: Int = 1,
        order: BackfillOrder = .oldestFirst,
        reason: String? = nil
    ) async throws -> OperationHandle {
        let statement = engine.backfill(
            name,
            start,
            end,
            concurrency,
            newestFirst: order == .newestFirst,
            reason: reason
        )
        let ids = try await call(statement).read { try $0.decode(0, as: Int64.self) }
        guard let id = ids.first else { throw BackOpsError.noRow("the operation") }
        return OperationHandle(id: id, client: self)
    }
}
