import BackOps
import LibPQ

/// Errors that the faults explain.
enum Outage {
    /// Whether an error comes from a server or connection that is away, and repeating may help.
    static func explains(_ error: any Error) -> Bool {
        switch error {
        case let error as PQError: explains(error)
        case let error as BackOpsError:
            [.databaseUnavailable, .unknownCommit, .timedOut, .conflict].contains(error.code)
        default: false
        }
    }

    private static func explains(_ error: PQError) -> Bool {
        switch error.code {
        case .connectionLost, .connectionFailed, .poolExhausted, .timedOut, .unknownCommit: true
        case .server: error.isTransient
        default: false
        }
    }
}
