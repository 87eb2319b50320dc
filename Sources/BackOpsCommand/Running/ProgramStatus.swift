/// What a command tells the shell that started it.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    /// Everything was done.
    static let done = ExitStatus(rawValue: 0)
    /// An error of no other kind.
    static let error = ExitStatus(rawValue: 1)
    /// A check that was asked for found something.
    static let checkFailed = ExitStatus(rawValue: 3)
    /// The operation that was waited for failed.
    static let operationFailed = ExitStatus(rawValue: 4)
    /// The operation that was waited for was cancelled.
    static let operationCancelled = ExitStatus(rawValue: 5)
    /// The operation that was waited for had not ended in time.
    static let timedOut = ExitStatus(rawValue: 6)
    /// The command line makes no sense.
    static let usage = ExitStatus(rawValue: 64)
    /// No operation has that number.
    static let noSuchOperation = ExitStatus(rawValue: 66)
    /// The database does not answer.
    static let databaseUnreachable = ExitStatus(rawValue: 69)
    /// The database does not let this role do that.
    static let noPermission = ExitStatus(rawValue: 77)
    /// The schema is missing, or of a version that this program does not work with.
    static let schemaMismatch = ExitStatus(rawValue: 78)
    /// Somebody pressed ctrl-C.
    static let interrupted = ExitStatus(rawValue: 130)
}
