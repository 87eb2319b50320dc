/// One step of an operation.
///
/// ```swift
/// struct SendEmailReceipt: Action {
///     let mailer: Mailer
///
///     func run(_ context: ActionContext) async throws {
///         let receipt = try context.require(.transactionID)
///         try await mailer.send(receipt, key: context.idempotencyKey)
///     }
/// }
/// ```
///
/// An action runs at least once, and again only when its attempt failed, crashed or lost its lease.
public protocol Action: Plannable {
    /// The name under which the action is stored.
    ///
    /// By default the type's name without its module. Types that are private or local to a function have no
    /// stable name and must set one.
    static var name: String { get }

    /// Names that the action had before, so that rows that carry them still run. None by default.
    static var formerNames: [String] { get }

    /// Does the work of one attempt.
    ///
    /// What the context was told (globals, a jump) takes effect only when this returns.
    ///
    /// - Parameter context: The operation's globals, and which attempt of which action this is.
    /// - Throws: Any error, which is retried by the action's ``RetryPolicy``; or a ``Failure`` that says how
    ///   to go on. The task is cancelled at shutdown, when the operation is cancelled and when the lease is
    ///   lost: pass `CancellationError` on.
    func run(_ context: ActionContext) async throws
}

extension Action {
    /// The type's name without its module.
    public static var name: String { TypeName.of(Self.self) }

    /// No former names.
    public static var formerNames: [String] { [] }

    /// The action under its type's name, with default options.
    public var planned: PlannedAction {
        PlannedAction(name: Self.name, formerNames: Self.formerNames) { context in
            try await run(context)
        }
    }
}
