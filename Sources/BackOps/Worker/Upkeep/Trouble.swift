import LibPQ
import Logging

/// Lets a worker's errand say that it cannot be done, once for each time, and that it can be done again.
///
/// That the database is away is not said here: the worker says so as a whole, and every errand would repeat it.
struct Trouble: Sendable {
    /// What it says, before the error and after it.
    let warning: Logger.Message
    let notice: Logger.Message
    private var isTold = false

    init(_ warning: Logger.Message, over notice: Logger.Message) {
        self.warning = warning
        self.notice = notice
    }

    mutating func met(_ error: any Error, _ logger: Logger) {
        let metadata: Logger.Metadata = [LogKey.error: "\(error)"]
        if let error = error as? PQError, error.isOutage {
            logger.debug(warning, metadata: metadata)
        } else if !isTold {
            isTold = true
            logger.warning(warning, metadata: metadata)
        }
    }

    mutating func isOver(_ logger: Logger) {
        if isTold { logger.notice(notice) }
        isTold = false
    }
}

extension PQError {
    /// Whether there is no connection, or the server ends all of them, or does not answer.
    var isOutage: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .unknownCommit: true
        // A server that can end a statement in time says so; one that says nothing is away.
        case .timedOut where sqlState == nil: true
        default: sqlState?.rawValue.hasPrefix("57P") == true
        }
    }
}
