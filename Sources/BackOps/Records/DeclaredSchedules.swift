/// The schedules that the code of an application declares, as the database takes them.
package struct DeclaredSchedules: Sendable {
    /// The application.
    package let application: String

    /// A JSON array of declarations.
    package let document: [UInt8]

    /// Writes them down.
    ///
    /// - Parameters:
    ///   - schedules: The schedules.
    ///   - application: The application.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals`` where globals hold what JSON cannot.
    package init(_ schedules: [Schedule], of application: String) throws(BackOpsError) {
        self.application = application
        var declarations: [JSONValue] = []
        for schedule in schedules { declarations.append(try schedule.declaration()) }
        document = JSONValue.array(declarations).utf8
    }
}
