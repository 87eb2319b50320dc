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
