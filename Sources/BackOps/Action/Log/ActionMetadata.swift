public import Logging

extension ActionContext {
    /// What every line about this attempt carries.
    var metadata: Logger.Metadata {
        [
            LogKey.operation: "\(operationName)", LogKey.operationID: .stringConvertible(operationID),
            LogKey.action: "\(branch)/\(actionName)", LogKey.attempt: .stringConvertible(attempt),
        ]
    }
}

extension Logger.MetadataProvider {
    /// Adds `operation`, `operation_id`, `action` and `attempt` to lines of any logger that code logs which an action calls.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .backOps)
    /// ```
    ///
    /// It follows the task of the action and its child tasks; a detached task has left it. Outside of actions it gives nothing.
    public static let backOps = Logger.MetadataProvider { ActionContext.current?.metadata ?? [:] }
}
