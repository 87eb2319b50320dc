public import Logging

/// The keys of the metadata of log lines, which stay as they are within a major version; the article Telemetry explains them.
enum LogKey {
    static let operation = "operation"
    static let operationID = "operation_id"
    static let action = "action"
    static let attempt = "attempt"
    static let worker = "worker"
    static let error = "error"
    static let errorType = "error_type"
}

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
    /// Lets lines of any logger, logged by code that an action calls, carry `operation`, `operation_id`, `action` and `attempt`.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .backOps)
    /// ```
    ///
    /// It follows the task of the action and its child tasks; a detached task has left it. Outside of actions it gives nothing.
    public static let backOps = Logger.MetadataProvider { ActionContext.current?.metadata ?? [:] }
}
