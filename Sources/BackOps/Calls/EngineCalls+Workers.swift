package import LibPQ

extension EngineCalls {
    /// `Migrations/Engine/workers/register_worker.sql`; one row with the worker's id.
    package func registerWorker(
        host: String,
        pid: Int32,
        queues: [String],
        handlers: [String],
        slots: Int,
        version: String,
        lease: Duration
    ) -> SQLStatement {
        """
        select \(unescaped: name).register_worker(
          \(host), \(pid), \(queues), \(handlers), \(Int32(slots)), \(version), \(lease), \(Int32(MigrationStep.newestVersion)))
        """
    }

    /// `Migrations/Engine/plans/register_definition.sql`; one row with the id of this version of the plan.
    ///
    /// The plan goes out as text: jsonb would sort the branches, and their order numbers the actions.
    package func registerDefinition(name operation: String, plan: String) -> SQLStatement {
        "select \(unescaped: name).register_definition(\(operation), \(plan)::json)"
    }

    /// One row with the plan of a version, as JSON; none when there is no such version.
    package func plan(ofDefinition id: Int64) -> SQLStatement {
        "select branches from \(unescaped: name).definitions where id = \(id)"
    }

    /// One row: whether the lease could be renewed, whether there are jobs whose worker died, and how many workers there are.
    package func heartbeat(worker: Int64, sleeping: Bool? = nil, stopping: Bool? = nil) -> SQLStatement {
        "select alive, suspects, workers from \(unescaped: name).heartbeat(\(worker), \(sleeping), \(stopping))"
    }

    /// One row: true when the session leads directly to the server, and is now the worker's sign of life.
    package func attachSession(worker: Int64, backendPID: Int32) -> SQLStatement {
        "select \(unescaped: name).attach_session(\(worker), \(backendPID))"
    }

    /// One row: how many workers' sessions have ended although the server has not, or their leases.
    package func missingWorkers() -> SQLStatement {
        "select \(unescaped: name).missing_workers()"
    }

    /// One row for every dead worker that was found; missing ones are dead when they stay away for `patience`.
    package func rescue(patience: Duration) -> SQLStatement {
        "select worker_id, worker, rescued from \(unescaped: name).rescue(p_patience => \(patience))"
    }

    /// Starts operations that were parked for want of these definitions; one row with their number.
    package func unpark(_ names: [String]) -> SQLStatement {
        "select coalesce(sum(\(unescaped: name).unpark(n)), 0)::int8 from unnest(\(names)) as n"
    }

    /// One row with the number of jobs that were handed back.
    package func unregisterWorker(_ id: Int64) -> SQLStatement {
        "select \(unescaped: name).unregister_worker(\(id))"
    }

    /// One row with the number of reports that were taken.
    func reportProgress(
        worker: Int64,
        _ reports: [(claim: Claim, report: ProgressReport)]
    ) -> SQLStatement {
        """
        select \(unescaped: name).report_progress(
          \(worker), \(reports.map(\.claim.operationID)), \(reports.map(\.claim.claimID)),
          \(reports.map { Float($0.report.progress) }), \(reports.map(\.report.note)))
        """
    }
}
