import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import Testing

@testable import Chaos

@Suite(.backops(isolation: .database), .timeLimit(.minutes(30)))
struct `The verdict of a chaos run` {
    /// Operations of every shape, run to their end by a worker that nobody disturbs.
    private func calmRun() async throws -> Memory {
        let database = TestDatabase.current.database
        let client = BackOpsClient(database)
        let ledger = Ledger(client)
        try await ledger.create()
        let bodies = ActionBodies(ledger: ledger, lease: .milliseconds(20), seed: 7)
        let worker = try BackOpsWorker(
            database,
            configuration: WorkerConfiguration(),
            actions: Brought.actions(bodies),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            Shape.definitions(bodies)
        }
        // Registers the definitions.
        try await worker.drain()
        let memory = Memory()
        let ids = try await Enqueuer(Self.settings, client: client, memory: memory).enqueueQuick(30)
        try await sweep(with: KeyedEnqueuer(settings: Self.settings, client: client, memory: memory))
        try await client.setGlobal(GlobalKey<Int64>(Load.steered), to: 5, of: ids[0])
        memory.note { $0.steered[ids[0]] = 5 }
        let people = People(settings: Self.settings, client: client, memory: memory)
        let deciding = Task { try await people.run(until: .now + .seconds(600)) }
        // Draining leaves what is due later, which nobody needs to wait for.
        while try await active() > 0 {
            try await TestDatabase.current.query(
                "update jobs set run_at = clock_now() where run_at > clock_now()"
            )
            try await TestDatabase.current.query(
                "update schedules set due_at = clock_now() where due_at > clock_now()"
            )
            try await TestDatabase.current.query("select run_schedules()")
            try await worker.drain()
        }
        deciding.cancel()
        _ = await deciding.result
        await client.close()
        return memory
    }

    private static let settings = RunSettings(
        duration: .seconds(1),
        workers: 1,
        slots: 1,
        lease: .seconds(1),
        seed: 7,
        faults: FaultKind.allCases,
        keep: false
    )

    /// Half a minute of slots that are late, and two enqueues under every key.
    private func sweep(with enqueuer: KeyedEnqueuer) async throws {
        try await TestDatabase.current.withConnection { connection in
            try await connection.script(
                "select set_config('backops.now', (clock_timestamp() - interval '30 seconds')::text, false)"
            )
            try await connection.script(ScheduledLoad.creation)
            try await connection.script("reset backops.now")
            try await connection.script(ScheduledLoad.ending)
        }
        for (number, mode) in (KeyedEnqueuer.modes + KeyedEnqueuer.modes).enumerated() {
            try await enqueuer.enqueue(Int64(number), mode: mode)
        }
    }

    private func active() async throws -> Int {
        try await TestDatabase.current.value("select count(*) from jobs")
            + TestDatabase.current.value(SQLStatement(unescaped: ScheduledLoad.open))
    }

    private func violatedRules(_ memory: Memory, seenBy connection: PQConnection) async throws -> Set<String>
    {
        var rules: Set<String> = []
        for rule in Rule.all(memory.now) {
            let rows = try await connection.query(rule.query)
            if try !rule.violations(in: rows).isEmpty { rules.insert(rule.name) }
        }
        return rules
    }

    @Test func `finds nothing after a calm run`() async throws {
        let memory = try await calmRun()
        let found = try await TestDatabase.current.withConnection {
            try await violatedRules(memory, seenBy: $0)
        }
        #expect(found == [])
        #expect(memory.now.violations == [])
        #expect(Set(try await shapes()) == Set(Shape.allCases.map(\.rawValue)), "the run had every shape")
    }

    private func shapes() async throws -> [String] {
        try await TestDatabase.current.query("select distinct name from operations").map { try $0.decode(0) }
    }

    /// A corruption, and the rule that must find it.
    struct Plant: Sendable {
        let rule: String
        let sql: String

        init(_ rule: String, _ sql: String) {
            self.rule = rule
            self.sql = sql
        }
    }

    static let plants = [
        Plant(
            "acknowledged operations exist",
            "update operations set key = 'other' where id = (select min(id) from operations)"
        ),
        Plant(
            "a key has one operation",
            """
            drop index operations_name_key_idx;
            insert into operations (name, key, globals) select name, key, globals from operations order by id limit 1;
            """
        ),
        Plant("an acknowledged signal is there once", "delete from signals"),
        Plant("an acknowledged global stays", "update operations set globals = globals - 'steered'"),
        Plant(
            "every operation ends",
            "update operations set state = 'active', ended_at = null where id = (select min(id) from operations)"
        ),
        Plant(
            "only active operations have a job",
            """
            insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
            select min(id), now(), 1, 1, 5, 'default', 'x' from operations
            """
        ),
        Plant(
            "a failure has a recorded reason",
            "update operations set state = 'failed', stopped_position = 1 where id = (select min(id) from operations)"
        ),
        Plant(
            "only who was cancelled is cancelled",
            "update operations set state = 'cancelled' where id = (select min(id) from operations)"
        ),
        Plant(
            "a completion is recorded once",
            """
            insert into attempts (operation_id, position, run, attempt, outcome, claim_id, ended_at)
            select operation_id, position, run, 1, 'completed', claim_id, completed_at from chaos.completions limit 1
            """
        ),
        Plant(
            "actions complete in the plan's order",
            """
            update actions a set completed_claim_id = b.completed_claim_id
              from actions b
             where a.operation_id = b.operation_id and (a.position, b.position) in ((1, 2), (2, 1))
               and a.operation_id = (select min(operation_id) from actions where run = 1)
            """
        ),
        Plant(
            "a late write changes nothing",
            #"update operations set globals = globals || '{"late": true}' where id = (select min(id) from operations)"#
        ),
        Plant(
            "globals commit with the completion",
            #"update operations set globals = globals || '{"trail": []}'"#
        ),
        Plant(
            "a completed action came to its end under its claim",
            "update chaos.bodies set ended_at = null where id = (select max(id) from chaos.bodies where deed = 'plain')"
        ),
        Plant(
            "a completed action does not begin again",
            """
            insert into chaos.bodies (operation_id, position, run, attempt, claim_id, deed, pid)
            select operation_id, position, run, 2, backops.next_claim_id(), deed, 1 from chaos.bodies order by id limit 1
            """
        ),
        Plant(
            "a transaction takes effect once",
            "insert into chaos.effects_tx overriding user value select * from chaos.effects_tx limit 1"
        ),
        Plant(
            "a transaction takes effect once",
            "delete from chaos.effects_tx where id = (select min(id) from chaos.effects_tx)"
        ),
        Plant(
            "no effect without its completion",
            "update chaos.effects_tx set claim_id = -1 where id = (select min(id) from chaos.effects_tx)"
        ),
        Plant(
            "what began has one recorded end",
            """
            insert into chaos.bodies (operation_id, position, run, attempt, claim_id, deed, pid)
            select operation_id, position, run, 2, -1, deed, 1 from chaos.bodies order by id limit 1
            """
        ),
        Plant(
            "attempts are numbered without gaps",
            "update actions set attempts_count = attempts_count + 1 where completed_at is not null"
        ),
        Plant("a schedule comes to its end", "update schedules set next_at = now() where name = 'skip'"),
        Plant(
            "a slot runs once, or is recorded as skipped",
            "delete from operations where id = (select min(id) from operations where schedule = 'allow')"
        ),
        Plant(
            "a slot runs once, or is recorded as skipped",
            "update operations set slot = (select max(slot) from operations where schedule = 'allow') where schedule = 'allow'"
        ),
        Plant("a run of skipped slots is as long as it says", "update skipped_slots set count = count + 1"),
        Plant(
            "acknowledged operations of a key exist",
            "update operations set active_key = 'other' where active_key is not null"
        ),
        Plant("a merge loses nothing", "update operations set globals = '{}' where active_key is not null"),
        Plant(
            "an acknowledged decision stays",
            "update approvals set decided_by = 'eve' where decided_by is not null"
        ),
        Plant(
            "a decision takes effect once",
            "insert into audit_log (action, operation_ids) select 'decide', array[operation_id] from approvals limit 1"
        ),
        Plant(
            "a step ends as its approval",
            "update approvals set decision = case decision when 'approved' then 'rejected' else 'approved' end where decided_by is not null"
        ),
        Plant("no attempt beyond the limit", "update chaos.bodies set attempt = 1001"),
    ]

    /// All of them after one run: each is planted in a transaction that is rolled back.
    @Test func `finds what is planted`() async throws {
        let memory = try await calmRun()
        try await TestDatabase.current.withConnection { connection in
            for plant in Self.plants {
                try await connection.script("begin; \(plant.sql)")
                let found = try await violatedRules(memory, seenBy: connection)
                #expect(found.contains(plant.rule), "after \(plant.sql)")
                try await connection.script("rollback")
            }
        }
    }

    @Test func `has a planted violation for every rule`() {
        #expect(Set(Self.plants.map(\.rule)) == Set(Rule.all(Memory().now).map(\.name)))
    }
}
