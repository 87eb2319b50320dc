import BackOps
import Foundation
import LibPQ

/// The load of `Tests/Failover/run`: `FailoverLoad prepare | work | enqueue FIRST-NUMBER OPERATIONS-PER-SECOND`.
///
/// The database is that of `BackOpsDatabase.environment`.
@main
struct FailoverLoad {
    static func main() async throws {
        var database = try BackOpsDatabase.environment
        // A primary that has lost its standby keeps commits waiting; nobody should wait with it for ever.
        database.options.queryTimeout = .seconds(5)
        database.options.commitTimeout = .seconds(5)
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "prepare": try await prepare(database)
        case "work": try await work(database)
        case "enqueue":
            guard arguments.count == 3, let first = Int(arguments[1]), let rate = Int(arguments[2]), rate > 0
            else { throw Usage() }
            try await Enqueuer(database, rate: rate).run(from: first)
        default: throw Usage()
        }
    }

    struct Usage: Error {}

    private static func prepare(_ database: BackOpsDatabase) async throws {
        try await Migrator(database).up()
        let client = BackOpsClient(database)
        try await client.pool.query(
            """
            create table effects (
              id bigint generated always as identity primary key,
              operation_id bigint not null,
              action text not null,
              attempt integer not null,
              pid integer not null,
              at timestamptz not null default clock_timestamp()
            )
            """
        )
        await client.close()
    }

    private static func work(_ database: BackOpsDatabase) async throws {
        let effects = BackOpsClient(database)
        var configuration = WorkerConfiguration()
        configuration.concurrency = 20
        configuration.pollInterval = .milliseconds(500)
        configuration.gracePeriod = .seconds(10)
        configuration.stackTraces = .off
        let worker = try BackOpsWorker(database, configuration: configuration) { Payment(effects: effects) }
        try await worker.runUntilSignalled()
        await effects.close()
    }
}
