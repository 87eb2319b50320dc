#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Lets an operation wait for a time, without a worker.
///
/// ```swift
/// var branches: [Branch] {
///     SendOffer()
///     Sleep(for: .seconds(3 * 86_400))
///     SendReminder()
/// }
/// ```
///
/// The operation's job lies in the database until the time has come, however many workers come and go meanwhile. It holds no
/// slot, and costs no attempt. ``BackOpsClient/wakeUp(_:reason:)`` ends it early.
public struct Sleep: Plannable {
    /// The step under its name.
    public let planned: PlannedAction

    /// Waits for some time, from when the operation reaches the step.
    ///
    /// The step's name is "Sleep"; ``Plannable/named(_:)`` gives it another.
    ///
    /// - Parameter duration: 0 to 36,525 days, to the microsecond.
    public init(for duration: Duration) {
        planned = PlannedAction(name: "Sleep", wait: .sleep(duration))
    }

    /// Waits until the date in a global.
    ///
    /// The global is read when the operation reaches the step. Is it not set, or in the past, the operation goes on at once; is it
    /// not a date, the operation fails there. The step's name is "Sleep until" and the key's name.
    ///
    /// - Parameter key: The global that holds the date.
    public init(until key: GlobalKey<Date>) {
        planned = PlannedAction(name: "Sleep until \(key.name)", wait: .sleepUntil(global: key.name))
    }
}
