/// Anything that can stand in a branch: an ``Action``, a ``Do``, a ``Sleep``, a ``WaitFor``, an ``Approval``, or one of these with modifiers.
public protocol Plannable: Sendable {
    /// The action with its name and options.
    var planned: PlannedAction { get }
}

/// An action as it stands in a branch: its name, its options and its work.
///
/// You get one from a modifier, such as ``Plannable/retry(_:)``.
public struct PlannedAction: Plannable {
    /// The name under which the action is stored.
    public internal(set) var name: String

    /// Names that the action had before.
    public let formerNames: [String]

    /// When it runs, how often it is retried and where it may jump.
    package var options = ActionOptions()

    /// Whether it is a closure, which only its own operation knows.
    package let isClosure: Bool

    /// The work of one attempt.
    package let body: @Sendable (ActionContext) async throws -> Void

    init(
        name: String,
        formerNames: [String] = [],
        isClosure: Bool = false,
        body: @escaping @Sendable (ActionContext) async throws -> Void
    ) {
        self.name = name
        self.formerNames = formerNames
        self.isClosure = isClosure
        self.body = body
    }

    /// Makes a step that no worker runs.
    init(name: String, wait: StepWait) {
        self.init(name: name, isClosure: true) { _ in
            throw Failure.permanent("A worker was given a step that waits.")
        }
        options.wait = wait
    }

    /// Whether it is a step that no worker runs.
    package var isWait: Bool { options.wait != nil }

    /// The action itself.
    public var planned: PlannedAction { self }
}
