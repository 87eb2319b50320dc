/// What a command tells the shell that started it.
struct ProgramStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    /// Everything was done.
    static let done = ProgramStatus(rawValue: 0)
    /// An error of no other kind.
    static let error = ProgramStatus(rawValue: 1)
    /// A check that was asked for found something.
    static let checkFailed = ProgramStatus(rawValue: 3)
    /// The operation that was waited for failed.
    static let operationFailed = ProgramStatus(rawValue: 4)
    /// The operation that was waited for was cancelled.
    static let operationCancelled = ProgramStatus(rawValue: 5)
    /// The operation that was waited for had not ended in time.
    static let timedOut = ProgramStatus(rawValue: 6)
    /// The command line makes no sense.
    static let usage = ProgramStatus(rawValue: 64)
    /// No operation has that number.
    static let noSuchOperation = ProgramStatus(rawValue: 66)
    /// The database does not answer.
    static let databaseUnreachable = ProgramStatus(rawValue: 69)
    /// The database does not let this role do that.
    static let noPermission = ProgramStatus(rawValue: 77)
    /// The schema is missing, or of a version that this program does not work with.
    static let schemaMismatch = ProgramStatus(rawValue: 78)
    /// Somebody pressed ctrl-C.
    static let interrupted = ProgramStatus(rawValue: 130)
}
