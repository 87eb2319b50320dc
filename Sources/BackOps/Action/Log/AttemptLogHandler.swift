public import Logging

/// Stores lines of any logger with the attempt that they are logged in; see ``WorkerConfiguration/attemptLogs``.
///
/// The context's own logger, which is `Logger.current` too, needs no such help. Where actions call code that has a logger of its own,
/// wrap the handler of the process:
///
/// ```swift
/// LoggingSystem.bootstrap { label in AttemptLogHandler(StreamLogHandler.standardError(label: label)) }
/// ```
public struct AttemptLogHandler: LogHandler {
    private var base: any LogHandler

    /// The attempt of a logger that belongs to one; else the current task's counts.
    private var attempt: AttemptLog?

    /// What was set on this logger, which the base handler does not give back as a whole.
    private var added: Logger.Metadata = [:]

    /// Wraps a handler, which gets every line that is urgent enough for it.
    ///
    /// - Parameter base: The handler.
    public init(_ base: any LogHandler) {
        self.base = base
    }

    /// Wraps a handler for the logger of one attempt.
    init(_ base: any LogHandler, of attempt: AttemptLog) {
        self.base = (base as? AttemptLogHandler)?.base ?? base
        self.attempt = attempt
    }

    private var log: AttemptLog? { attempt ?? ActionContext.current?.log }

    /// The least urgent level that either the handler or the attempt wants to hear of.
    public var logLevel: Logger.Level {
        get { log.map { min($0.settings.level, base.logLevel) } ?? base.logLevel }
        set { base.logLevel = newValue }
    }

    /// The metadata of the handler.
    public var metadata: Logger.Metadata {
        get { base.metadata }
        set {
            base.metadata = newValue
            added = newValue
        }
    }

    /// The metadata provider of the handler.
    public var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    /// Reads and writes a key of the metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set {
            base[metadataKey: key] = newValue
            added[key] = newValue
        }
    }

    /// Passes a line on, and keeps it for the attempt.
    public func log(event: LogEvent) {
        if let log, event.level >= log.settings.level {
            log.add(event.level, "\(event.message)", added.merging(event.metadata ?? [:]) { $1 })
        }
        if event.level >= base.logLevel { base.log(event: event) }
    }
}
