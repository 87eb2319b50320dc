public import BackOps
public import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Runs an operation from its first action to its end, here and now, without a database.
///
/// Actions, jumps, globals, retries and delays behave as in the engine, except that time is skipped instead
/// of slept and that backoff has no jitter, so every run is the same:
///
/// ```swift
/// let run = await runInline(Fulfilment(shop: FakeShop()), failing: ["main/SendEmailReceipt": 2]) {
///     $0[.subscriptionID] = 42
/// }
/// #expect(run.state == .completed)
/// ```
///
/// A ``BackOps/Sleep`` is skipped like a delay; a ``BackOps/WaitFor`` reads the signals that are given, each in its virtual time, and its
/// timeout is virtual, too. A ``BackOps/Approval`` takes the decisions that are given; nobody is reminded. One operation has every slot of its
/// limits to itself, and waits for no rate: ``BackOps/ActionContext/consume(_:_:key:)`` is always granted, and whatever closes a rate closes
/// nothing. Limits and rates that could not be refuse the run. Time limits of actions are real time. Cancelling the task ends the run as
/// ``InlineRun/State/cancelled``.
///
/// - Parameters:
///   - definition: The operation.
///   - now: The virtual time at which it is enqueued; 2026-01-01 in UTC by default.
///   - slot: What ``BackOps/ActionContext/slot`` is: the slot of a schedule.
///   - failing: How many attempts of an action, named "branch/Action", fail before its body runs.
///   - signals: What is sent to it meanwhile, for its ``BackOps/WaitFor``s.
///   - decisions: What people decide, for its ``BackOps/Approval``s.
///   - maxSteps: How many completed actions end the run as an endless loop.
///   - database: Where ``BackOps/ActionContext/transaction(_:)`` runs its statements, which commit when the action
///     completes; without one it throws.
///   - globals: Sets the operation's globals.
/// - Returns: How the run went, also when the definition or the globals are refused.
public func runInline(
    _ definition: some OperationDefinition,
    now: Date = Date(timeIntervalSince1970: 1_767_225_600),
    slot: Date? = nil,
    failing: [String: Int] = [:],
    signals: [InlineSignal] = [],
    decisions: [InlineDecision] = [],
    maxSteps: Int = 10_000,
    database: PQPool? = nil,
    _ globals: (inout Globals) -> Void = { _ in }
) async -> InlineRun {
    var document = Globals()
    globals(&document)
    do {
        let registry = try Registry([definition])
        var engine = try InlineEngine(
            definition: registry.definitions[0],
            globals: Globals(text: try document.checkedJSON()),
            now: now,
            slot: slot,
            failing: failing,
            signals: signals,
            decisions: decisions,
            maxSteps: maxSteps,
            host: InlineHost(database: database)
        )
        return await engine.run()
    } catch {
        return InlineRun(globals: document, refusedBy: error)
    }
}
