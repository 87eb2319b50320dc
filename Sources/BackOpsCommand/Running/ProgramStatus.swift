/// What a command tells the shell that started it.
package struct ProgramStatus: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Everything was done.
    package static let done = ProgramStatus(rawValue: 0)
    /// An error of no other kind.
    package static let error = ProgramStatus(rawValue: 1)
    /// A check that was asked for found something.
    package static let checkFailed = ProgramStatus(rawValue: 3)
    /// The operation that was waited for failed.
    package static let operationFailed = ProgramStatus(rawValue: 4)
    /// The operation that was waited for was cancelled.
    package static let operationCancelled = ProgramStatus(rawValue: 5)
    /// The operation that was waited for had not ended in time.
    package static let timedOut = ProgramStatus(rawValue: 6)
    /// The command line makes no sense.
    package static let usage = ProgramStatus(rawValue: 64)
    /// No operation has that number.
    package static let noSuchOperation = ProgramStatus(rawValue: 66)
    /// The database does not answer.
    package static let databaseUnreachable = ProgramStatus(rawValue: 69)
    /// Somebody else was at the same rows at the same moment: the command can be repeated.
    package static let conflict = ProgramStatus(rawValue: 75)
    /// The database does not let this role do that.
    package static let noPermission = ProgramStatus(rawValue: 77)
    /// The schema is missing, or of a version that this program does not work with.
    package static let schemaMismatch = ProgramStatus(rawValue: 78)
    /// Somebody pressed ctrl-C.
    package static let interrupted = ProgramStatus(rawValue: 130)
}
