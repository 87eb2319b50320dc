import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import TestSupport
import Testing

/// Ends as its globals say; operations without such a global are done at once.
private struct Parcel: OperationDefinition {
    static let name = "Parcel"
    let journal: Journal
    let gate: Gate

    var branches: [Branch] {
        Do("Act") { context in
            switch context["ending"]?.stringValue {
            case "fails": throw Failure.retry(after: .seconds(3600), "as asked")
            case "snoozes": try context.snooze(.seconds(3600))
            case "commits": try await context.transaction { _ in }
            case "waits":
                journal.note("began")
                await gate.wait()
                try Task.checkCancellation()
            default: break
            }
        }
        .retry(.constant(maxAttempts: 2, delay: .seconds(3600)))
        Do("After") { context in
            if context["ending"] != nil { journal.note("after") }
        }
    }
}

/// What an answer of the database lacks.
private enum Fault: String, CaseIterable, Sendable {
    case unknownWord, noWord, noClaim

    /// Puts the fault into a column of the answer, where the operation is to have it.
    func column(_ name: String) -> String {
        switch (self, name) {
        case (.unknownWord, "outcome"): "case when f.is_faulty then 'celebrated' else r.outcome end"
        case (.noWord, "outcome"): "case when f.is_faulty then null else r.outcome end"
        case (.noClaim, "claim_id"): "case when f.is_faulty then null else r.claim_id end"
        default: "r.\"\(name)\""
        }
    }
}

@Suite(.backops(checksInvariants: false), .timeLimit(.minutes(5)))
struct `An answer that a worker cannot read` {
    private let journal = Journal()
    private let gate = Gate()
    private let log = Journal()

    private func worker(grace: Duration = .seconds(3600)) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.concurrency = 1
        configuration.pollInterval = .milliseconds(200)
        // Unless a test asks for less, its limit is shorter than this.
        configuration.gracePeriod = grace
        configuration.stackTraces = .off
        return try BackOpsWorker(
            TestDatabase.current.database,
            configuration: configuration,
            logger: Logger(label: "test") { _ in RecordingLogHandler(journal: log) }
        ) {
            Parcel(journal: journal, gate: gate)
        }
    }

    /// Lets a function of the engine, of several with its name the one that has all arguments, answer with a fault about operations that say how to end.
    private func spoil(_ function: String, _ fault: Fault) async throws {
        let signature = try await TestDatabase.current.query(
            """
            select pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid),
                   array(select n from unnest(p.proargnames) with ordinality as a (n, i) where i <= p.pronargs order by i),
                   array(select n from unnest(p.proargnames) with ordinality as a (n, i) where i > p.pronargs order by i)
              from pg_proc p where p.proname = \(function) and p.pronamespace = current_schema()::regnamespace
             order by p.pronargs desc
            """
        )[0]
        let (arguments, identity, result, names, columns) = try signature.decode(
            as: String.self,
            String.self,
            String.self,
            [String].self,
            [String].self
        )
        try await TestDatabase.current.script(
            """
            alter function \(function)(\(identity)) rename to real_\(function);
            create function \(function)(\(arguments)) returns \(result)
            language sql security definer set search_path from current as $$
              select \(columns.map(fault.column).joined(separator: ", "))
                from real_\(function)(\(names.joined(separator: ", "))) r
               cross join lateral (
                 select coalesce((select globals ? 'ending' from operations where id = r.operation_id), false)
               ) as f (is_faulty)
            $$
            """
        )
        try await forgetFunctions()
    }

    private func state(_ handle: OperationHandle) async throws -> String {
        try await TestDatabase.current.value("select state::text from operations where id = \(handle.id)")
    }

    private func outcomes(_ handle: OperationHandle) async throws -> [String] {
        try await TestDatabase.current.query(
            "select outcome from attempts where operation_id = \(handle.id) order by id"
        )
        .map { try $0.decode(0) }
    }

    /// Runs an operation that ends so, and one after it in the only slot.
    private func run(
        _ ending: String,
        until isDone: (BackOpsClient, OperationHandle) async throws -> Bool
    ) async throws -> OperationHandle {
        try await withClient { client async throws in
            let faulty = try await client.enqueue(Parcel.self, ["ending": .string(ending)])
            let relay = StopRelay()
            let worker = try worker()
            let run = Task { try await worker.run(relay) }
            try await eventually("its outcome is written") { try await isDone(client, faulty) }
            let next = try await client.enqueue(Parcel.self)
            #expect(try await next.result(timeout: .seconds(60)).state == .completed)
            relay.stop(.graceful)
            try await run.value
            return faulty
        }
    }

    @Test(arguments: Fault.allCases)
    fileprivate func `about a completion gives the slot back, and the operation goes on`(
        fault: Fault
    ) async throws {
        try await spoil("complete_many", fault)
        let handle = try await run("completes") { _, handle in try await state(handle) == "completed" }
        #expect(journal.entries == ["after"])
        #expect(try await outcomes(handle) == [])
        let line =
            fault == .noClaim
            ? "an answer of the database cannot be read" : "what became of a completed action"
        #expect(log.entries.contains { $0.hasPrefix(line) })
    }

    @Test(arguments: Fault.allCases)
    fileprivate func `about an action's own transaction rolls it back, and fails the attempt`(
        fault: Fault
    ) async throws {
        try await spoil("complete_many", fault)
        let handle = try await run("commits") { _, handle in try await !outcomes(handle).isEmpty }
        #expect(try await outcomes(handle) == ["failed"])
        #expect(try await state(handle) == "active")
        #expect(log.entries.contains("action failed"))
    }

    @Test(arguments: Fault.allCases, ["fails", "snoozes"])
    fileprivate func `about a failure or a snooze gives the slot back, and is told of in the log`(
        fault: Fault,
        ending: String
    ) async throws {
        try await spoil(ending == "fails" ? "fail_many" : "snooze_many", fault)
        let handle = try await run(ending) { _, handle in try await !outcomes(handle).isEmpty }
        #expect(try await outcomes(handle) == [ending == "fails" ? "failed" : "snoozed"])
        #expect(try await state(handle) == "active")
        let line =
            fault == .noClaim ? "an answer of the database cannot be read" : "what became of an attempt"
        #expect(log.entries.contains { $0.hasPrefix(line) })
    }

    @Test(arguments: Fault.allCases)
    fileprivate func `about a job that is handed back does not hold up a worker that stops`(
        fault: Fault
    ) async throws {
        try await spoil("release_many", fault)
        try await withClient { client async throws in
            let handle = try await client.enqueue(Parcel.self, ["ending": "waits"])
            let relay = StopRelay()
            let worker = try worker(grace: .zero)
            let run = Task { try await worker.run(relay) }
            try await eventually("it runs") { journal.entries == ["began"] }
            relay.stop(.graceful)
            try await eventually("it is told to stop") {
                log.entries.contains { $0.hasPrefix("worker stops") }
            }
            gate.open()
            try await run.value
            #expect(try await state(handle) == "active")
            let held = try await TestDatabase.current.value(
                "select count(*) from jobs where worker_id is not null",
                as: Int.self
            )
            #expect(held == 0)
        }
    }

    // MARK: - What a worker holds

    /// Lets a function that answers with claimed jobs lack a column of operations that say how to end.
    private func spoilJobs(_ function: String, column: String) async throws {
        try await TestDatabase.current.script(
            """
            alter function \(function)(bigint) rename to real_\(function);
            create function \(function)(p_worker_id bigint) returns setof claimed_job
            language plpgsql security definer set search_path from current as $$
            declare
              v claimed_job;
            begin
              for v in select * from real_\(function)(p_worker_id) loop
                if v.globals ? 'ending' then v.\(column) := null; end if;
                return next v;
              end loop;
            end
            $$
            """
        )
        try await forgetFunctions()
    }

    @Test func `about the next action that it holds fails that operation alone`() async throws {
        // The worker does not learn what became of the first action, and asks what it holds.
        try await spoil("complete_many", .unknownWord)
        try await spoilJobs("held", column: "branch")
        let handle = try await run("completes") { _, handle in try await state(handle) == "failed" }
        #expect(journal.entries == [])
        #expect(try await outcomes(handle) == ["failed"])
        #expect(log.entries.contains("a claimed job cannot be read; its operation fails"))
    }

    /// Claims a job in the name of a worker that dies, so that it becomes a suspect.
    private func suspect(_ client: BackOpsClient) async throws -> OperationHandle {
        let handle = try await client.enqueue(Parcel.self, ["ending": "completes"])
        try await TestDatabase.current.script(
            """
            select register_definition('Parcel', '{"main": ["Act", "After"]}');
            select from register_worker('test', 1, array['default'], array['Parcel/Act', 'Parcel/After'], 1, '', '1 hour') as w,
                        claim(w, 1, array['default'], array[5]::smallint[], array['-infinity']::timestamptz[], array[0]);
            update workers set heartbeat_at = heartbeat_at - interval '1 day'
            """
        )
        #expect(
            try await TestDatabase.current.value(
                "select count(*) from jobs where worker_id is not null",
                as: Int.self
            ) == 1
        )
        return handle
    }

    @Test(arguments: ["branch", "claim_id"])
    func `about a suspect does not keep other jobs from being claimed`(column: String) async throws {
        try await spoilJobs("claim_suspect", column: column)
        try await withClient { client async throws in
            let handle = try await suspect(client)
            let relay = StopRelay()
            let worker = try worker()
            let run = Task { try await worker.run(relay) }
            try await eventually("the suspect has been met") {
                log.entries.contains { $0.contains("cannot be read") }
            }
            let next = try await client.enqueue(Parcel.self)
            #expect(try await next.result(timeout: .seconds(60)).state == .completed)
            if column == "branch" {
                try await eventually("it fails") { try await state(handle) == "failed" }
                #expect(try await outcomes(handle) == ["crashed", "failed"])
            }
            relay.stop(.graceful)
            try await run.value
            #expect(journal.entries == [])
        }
    }
}
