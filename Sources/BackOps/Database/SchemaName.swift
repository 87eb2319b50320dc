/// Names the PostgreSQL schema that holds an installation of the engine.
///
/// The channels of workers and the names of roles derive from it, so it is shorter than PostgreSQL would allow.
package struct SchemaName: Sendable, Hashable {
    /// The name as it is, which needs no quotes inside a text.
    package let text: String

    /// The name as an SQL identifier.
    package var quoted: String { "\"\(text)\"" }

    /// Checks a name.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``.
    package init(_ text: String) throws(BackOpsError) {
        let isWellFormed =
            (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
            && !(0x30...0x39).contains(text.utf8.first ?? 0x30)
            && !text.hasPrefix("pg_")
        guard isWellFormed else {
            throw BackOpsError(
                .invalidConfiguration,
                subject: "schema",
                message:
                    "\"\(text.prefix(60))\" cannot be the name of the schema. Use 1 to 40 of a-z, 0-9 and _, "
                    + "not beginning with a digit or pg_."
            )
        }
        self.text = text
    }

    /// The channel on which a worker is woken and told of claims that it lost.
    ///
    /// As `worker_channel` in `Migrations/Engine/enqueue/wake.sql` has it: at most 62 of PostgreSQL's 63 bytes.
    package func channel(ofWorker id: Int64) -> String { "\(text)_w_\(id)" }

    /// The channel on which workers hear of a schedule that is due soon and was not before, as `wake_schedulers` has it.
    package var schedulesChannel: String { "\(text)_schedules" }
}
