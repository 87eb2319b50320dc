/// The error that is thrown in place of an action's body, for the parameter `failing` of `runInline`.
public struct InjectedFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The action as "branch/Action".
    public let action: String

    /// A sentence for the log.
    public var description: String { "\(action) was told to fail by its test" }
}
