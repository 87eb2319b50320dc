/// Makes an action of a closure.
///
/// ```swift
/// Do("Ping") { context in try await ping(context.require(.host)) }
/// ```
///
/// Jump to it by its name: `context.jump(to: .main, at: "Ping")`.
public struct Do: Plannable {
    /// The action under its name, with default options.
    public let planned: PlannedAction

    /// Makes an action of a closure.
    ///
    /// - Parameters:
    ///   - name: The name under which the action is stored; it must be unique within the operation.
    ///   - body: The work of one attempt, as ``Action/run(_:)`` would do it.
    public init(_ name: String, _ body: @escaping @Sendable (ActionContext) async throws -> Void) {
        planned = PlannedAction(name: name, isClosure: true, body: body)
    }
}
