import BackOps
import BackOpsTesting
import Foundation
import TestSupport

extension ChildProcess {
    /// Starts `TestWorker` on the running test's database, with a lease in seconds.
    convenience init(pauseMilliseconds pause: Int, lease: Int) throws {
        try self.init(
            Self.program("TestWorker"),
            [
                TestDatabase.current.database.conninfo, TestDatabase.current.schema, String(pause),
                String(lease),
            ],
            environment: TestDatabase.current.variables
        )
    }
}
