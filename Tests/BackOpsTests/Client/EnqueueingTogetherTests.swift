import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import DevPostgres
import Foundation
import LibPQ
import TestSupport
import Testing

@Suite(.backops) struct `Enqueueing at the same time` {
    private func request(_ n: Int, key: String? = nil) -> OperationRequest {
        OperationRequest("Errand", ["n": .integer(Int64(n))], key: key)
    }

    private func transactions() async throws -> Int {
        try await TestDatabase.current.value("select count(distinct xmin::text) from operations")
    }

    private func operations() async throws -> Int {
        try await TestDatabase.current.value("select count(*) from operations")
    }

    @Test func `takes fewer commits than calls, and answers each call with its own operation`() async throws {
        try await withClient { client in
            let all = try await withThrowingTaskGroup { group in
                for task in 0..<64 {
                    group.addTask {
                        var handles: [(Int, OperationHandle)] = []
                        for n in task * 20..<(task + 1) * 20 {
                            handles.append((n, try await client.enqueue(request(n, key: "\(n)"))))
                        }
                        return handles
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(all.map(\.1.id)).count == 1280)
            #expect(try await operations() == 1280)
            #expect(try await transactions() < 640)
            for (n, handle) in all { #expect(try await handle.record().globals["n"] == .integer(Int64(n))) }
        }
    }

    @Test func `is one commit for all that came while another one was under way`() async throws {
        try await withLineHeld { line in
            let callers = (0..<63).map { n in line.enqueue(request(n)) }
            try await line.release(when: 63)
            for (n, caller) in callers.enumerated() {
                #expect(try await caller.value.record().globals["n"] == .integer(Int64(n)))
            }
        }
        #expect(try await transactions() == 2)
    }

    @Test func `keeps apart what callers gave, as if each had been alone`() async throws {
        let at = Date(timeIntervalSince1970: 4_102_444_800)
        func requests(_ suffix: String) throws -> [OperationRequest] {
            var dated = OperationRequest("Errand", ["n": 1], when: .at(at), key: "dated \(suffix)")
            dated.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let labelled = OperationRequest(
                "Elsewhere",
                ["emoji": "🛒", "n": 2],
                when: .in(.seconds(3600)),
                queue: "mail",
                priority: 1,
                tags: ["eu", "a \"quoted\" one", "back\\slash", "{1,2}", "", "null"]
            )
            let own = try OperationRequest(name: "one-off", ["n": 3]) {
                Do("Sweep") { _ in }
                Do("Mop") { _ in }
            }
            return [
                dated, labelled, own, OperationRequest("Ümläute", ["n": 4], key: "k \(suffix)"),
                OperationRequest("Errand", priority: 9),
            ]
        }
        try await TestDatabase.current.script(
            #"select register_definition('Errand', '{"main": ["Go", "Come back"]}')"#
        )
        try await withClient { client in
            for request in try requests("alone") { try await client.enqueue(request) }
        }
        let alone = try await rows("alone")
        try await withLineHeld(key: "k held") { line in
            let callers = try requests("together").map { line.enqueue($0) }
            try await line.release(when: callers.count)
            for caller in callers { _ = try await caller.value }
        }
        let together = try await rows("together").filter { !$0.contains("k held") }
        #expect(alone.count == 5)
        // Tasks begin in any order.
        #expect(together.sorted() == (alone + alone).sorted())
    }

    /// All operations, without what is different each time.
    private func rows(_ suffix: String) async throws -> [String] {
        try await TestDatabase.current.query(
            """
            select replace(replace(concat_ws(' | ', o.name, o.state, o.key, o.queue, o.priority, o.step_limit, o.traceparent, o.tags, o.branches, o.globals,
                             o.enqueued_by, o.parked_at is null, j.handler, j.position, j.queue, j.priority, j.steps_left,
                             (select string_agg(a.branch || '/' || a.name, ',' order by a.position) from actions a where a.operation_id = o.id),
                             case when o.perform_at - o.created_at between '59 min' and '61 min' then 'in an hour'
                                  when o.perform_at <= o.created_at + interval '1 s' then 'now' else o.perform_at::text end), 'alone', ''), 'together', '')
              from operations o
              join jobs j on j.operation_id = o.id
             order by o.id
            """
        ).map { try $0.decode(0, as: String.self) }
    }

    @Test func `refuses a bad one in its own words, and no neighbour`() async throws {
        try await TestDatabase.current.script(
            """
            select register_definition('Timed', '{"main": [["Go", {"perform_at_global": "at"}]]}');
            create function unlucky() returns trigger language plpgsql as $$
            begin
              if new.globals ->> 'n' = '13' then
                raise exception using errcode = 'P0013', message = 'not this number';
              end if;
              return new;
            end $$;
            create trigger unlucky before insert on operations for each row execute function unlucky();
            """
        )
        let bad: [OperationRequest] = [
            request(13), OperationRequest("Timed", ["at": "soon"]), OperationRequest("a/b"),
            OperationRequest(""),
            OperationRequest("Errand", queue: "UPPER"), OperationRequest("Errand", priority: 10),
            OperationRequest("Errand", key: ""),
            OperationRequest("Errand", key: String(repeating: "x", count: 501)),
            OperationRequest("Errand", tags: ["\0"]), OperationRequest("Errand", key: "\0"),
            OperationRequest("Errand", ["text": "\0"]),
            OperationRequest("Errand", ["text": .string(String(repeating: "x", count: 2 << 20))]),
        ]
        func refusal(_ body: () async throws -> OperationHandle) async -> String {
            do {
                return "enqueued \(try await body().id)"
            } catch let error as BackOpsError {
                return "\(error.code) \(error.subject ?? "") \(error.message)"
            } catch {
                return "\(error)"
            }
        }
        var alone: [String] = []
        try await withClient { client in
            for request in bad { alone.append(await refusal { try await client.enqueue(request) }) }
        }
        #expect(alone.allSatisfy { !$0.hasPrefix("enqueued") })
        try await withLineHeld { line in
            var callers: [Task<OperationHandle, any Error>] = []
            for (n, request) in bad.enumerated() {
                callers.append(line.enqueue(self.request(100 + n, key: "\(n)")))
                callers.append(line.enqueue(request))
            }
            // These two are good as far as a client can see; the others do not get in line.
            try await line.release(when: bad.count + 2)
            for (n, expected) in alone.enumerated() {
                #expect(try await callers[2 * n].value.record().globals["n"] == .integer(Int64(100 + n)))
                #expect(await refusal { try await callers[2 * n + 1].value } == expected)
            }
        }
        #expect(try await operations() == bad.count + 1)
        try await TestDatabase.current.script("drop trigger unlucky on operations; drop function unlucky")
    }

    @Test func `gives a key to one of its callers, and its operation to all`() async throws {
        try await withClient { client in _ = try await client.enqueue(request(0, key: "old")) }
        try await withLineHeld { line in
            let callers = (0..<10).map { n in line.enqueue(request(n, key: n < 5 ? "new" : "old")) }
            let once = line.enqueueKeyed(request(10, key: "new"))
            try await line.release(when: 11)
            var ids: [Int64] = []
            for caller in callers { ids.append(try await caller.value.id) }
            #expect(Set(ids[..<5]).count == 1)
            #expect(Set(ids[5...]).count == 1)
            #expect(try await once.value.isNew == false)
            #expect(try await once.value.id == ids[0])
        }
        #expect(try await operations() == 3)
    }

    @Test func `says of each key whether it was free`() async throws {
        try await withLineHeld { line in
            let callers = (0..<4).map { n in line.enqueueKeyed(request(n, key: "\(n % 2)")) }
            try await line.release(when: 4)
            var new = 0
            for caller in callers where try await caller.value.isNew { new += 1 }
            #expect(new == 2)
        }
    }

    @Test func `does not begin for a task that is cancelled while it waits`() async throws {
        try await withLineHeld { line in
            let callers = (0..<10).map { n in line.enqueue(request(n)) }
            try await line.isWaitedFor(by: 10)
            for n in [0, 5, 9] { callers[n].cancel() }
            for n in [0, 5, 9] {
                await #expect(throws: CancellationError.self) { try await callers[n].value }
            }
            try await line.release(when: 7)
            for n in [1, 2, 3, 4, 6, 7, 8] { _ = try await callers[n].value }
        }
        #expect(try await operations() == 8)
    }

    @Test func `goes on for all of them when one is cancelled under way`() async throws {
        let barrier = try await Barrier()
        try await withLineHeld { line in
            let callers = (0..<10).map { n in line.enqueue(request(n)) }
            try await line.isWaitedFor(by: 10)
            try await barrier.close()
            try await line.release(when: 10)
            try await barrier.isWaitedFor()
            for n in [0, 5, 9] { callers[n].cancel() }
            try await barrier.open()
            for (n, caller) in callers.enumerated() {
                #expect(try await caller.value.record().globals["n"] == .integer(Int64(n)))
            }
        }
        try await barrier.remove()
        #expect(try await operations() == 11)
        #expect(try await transactions() == 2)
    }

    @Test func `waits for no other transaction's key but one's own`() async throws {
        try await TestDatabase.current.withConnection { other in
            try await other.script(
                "begin; insert into operations (name, key) values ('Errand', 'first'), ('Errand', 'second')"
            )
            try await withClient { client in
                let first = Task { try await client.enqueue(request(1, key: "first")) }
                try await isBlocked(by: other, times: 1)
                let second = Task { try await client.enqueue(request(2, key: "second")) }
                // They wait for the first one, then share a statement with the second one, and then do without both.
                let others = (10..<20).map { n in Task { try await client.enqueue(request(n, key: "\(n)")) } }
                for caller in others { _ = try await caller.value }
                try await isBlocked(by: other, times: 2)
                try await other.script("rollback")
                let records = [try await first.value.record(), try await second.value.record()]
                #expect(records.map(\.globals["n"]) == [1, 2])
            }
        }
        #expect(try await operations() == 12)
    }

    @Test func `is refused to those in line when the client is closed, and answered to those under way`()
        async throws
    {
        try await withLineHeld { line in
            let callers = (0..<10).map { n in line.enqueue(request(n)) }
            try await line.isWaitedFor(by: 10)
            let closing = Task { await line.client.close() }
            for caller in callers {
                let error = await #expect(throws: BackOpsError.self) { try await caller.value }
                #expect(error?.code == .misuse)
            }
            let late = await #expect(throws: BackOpsError.self) { try await line.client.enqueue(request(10)) }
            #expect(late?.code == .misuse)
            try await line.release(when: 0)
            await closing.value
        }
        #expect(try await operations() == 1)
    }

    @Test func `of large documents goes alone`() async throws {
        let text = String(repeating: "x", count: SharedRequest.maxBytes)
        try await withLineHeld { line in
            let large = line.enqueue(OperationRequest("Errand", ["text": .string(text)]))
            // It is done although the line waits.
            _ = try await large.value
            try await line.release(when: 0)
        }
        #expect(try await operations() == 2)
    }
}

@Suite(.timeLimit(.minutes(5))) struct `Enqueueing at the same time from a server that dies` {
    @Test func `is answered to every caller, and loses and doubles nothing under its key`() async throws {
        try await withDevPostgres(.init(durable: true)) { server async throws in
            let database = try BackOpsDatabase(server.connectionString())
            try await Migrator(database).up()
            let client = BackOpsClient(database)
            let dead = await withTaskGroup { group in
                for caller in 0..<64 {
                    group.addTask {
                        for n in 0... {
                            let request = OperationRequest("Errand", key: "\(caller) \(n)")
                            guard let id = try? await client.enqueue(request).id else {
                                return (caller, n, nil as Int64?)
                            }
                            // The first one that has come so far takes the server away from all.
                            if n == 20 { server.kill() }
                            _ = id
                        }
                        preconditionFailure("The server never died.")
                    }
                }
                return await group.reduce(into: []) { $0.append(($1.0, $1.1)) }
            }
            #expect(dead.count == 64)
            try await server.restart()
            try await eventually("it takes enqueues again") {
                (try? await client.enqueue(OperationRequest("Errand", key: "again"))) != nil
            }
            // Whatever was acknowledged is there, and what was not is once it is repeated.
            let acknowledged = dead.flatMap { caller, n in (0..<n).map { "\(caller) \($0)" } }
            let known = try await client.pool.query("select key from backops.operations").map {
                try $0.decode(0, as: String.self)
            }
            #expect(Set(acknowledged).subtracting(known) == [])
            try await withThrowingTaskGroup { group in
                for (caller, n) in dead {
                    group.addTask {
                        try await client.enqueue(OperationRequest("Errand", key: "\(caller) \(n)"))
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await client.pool.query(
                "select count(*), count(distinct key) from backops.operations"
            )
            #expect(
                try rows[0].decode(as: Int.self, Int.self)
                    == (acknowledged.count + 65, acknowledged.count + 65)
            )
            await client.close()
        }
    }
}

/// Callers that wait in line, because the first one waits for another transaction.
private struct HeldLine {
    let client: BackOpsClient
    let holder: PQConnection

    func enqueue(_ request: OperationRequest) -> Task<OperationHandle, any Error> {
        Task { try await client.enqueue(request) }
    }

    func enqueueKeyed(_ request: OperationRequest) -> Task<(id: Int64, isNew: Bool), any Error> {
        Task {
            let result = try await client.enqueueKeyed(request)
            return (result.handle.id, result.isNew)
        }
    }

    func isWaitedFor(by count: Int) async throws {
        try await eventually("\(count) callers wait") { client.waitingEnqueues == count }
    }

    /// Lets the line go when it is so long.
    func release(when count: Int) async throws {
        try await isWaitedFor(by: count)
        try await holder.script("rollback")
    }
}

/// Lends a client whose line waits until it is released.
private func withLineHeld(key: String = "held", _ body: (HeldLine) async throws -> Void) async throws {
    var limits = EnqueueLimits()
    limits.patience = .seconds(3600)
    let client = BackOpsClient(TestDatabase.current.database, enqueueing: limits)
    try await TestDatabase.current.withConnection { holder in
        try await holder.script("begin; insert into operations (name, key) values ('Errand', '\(key)')")
        let first = Task { try await client.enqueue(OperationRequest("Errand", ["n": -1], key: key)) }
        try await isBlocked(by: holder, times: 1)
        try await body(HeldLine(client: client, holder: holder))
        _ = try await first.value
    }
    await client.close()
}

/// Waits until so many sessions wait for a transaction of a connection.
private func isBlocked(by connection: PQConnection, times: Int) async throws {
    let pid = connection.backendPID
    try await eventually("\(times) wait for it") {
        try await TestDatabase.current.value(
            "select count(*) from pg_locks where not granted and \(pid) = any (pg_blocking_pids(pid))",
            as: Int.self
        ) == times
    }
}

/// Holds up every common statement while it is closed.
private struct Barrier {
    private let gate: PQConnection
    private let number = Int64.random(in: 0...Int64.max)

    init() async throws {
        gate = try await PQConnection.connect(TestDatabase.current.options)
        // It does not wait for a lock, which the statement would give up.
        try await gate.script(
            """
            create function hold_up() returns trigger language plpgsql as $$
            begin
              while current_query() like '%enqueue_each%' and not pg_try_advisory_xact_lock_shared(\(number)) loop
                perform pg_sleep(0.01);
              end loop;
              return null;
            end $$;
            create trigger hold_up after insert on operations for each statement execute function hold_up();
            """
        )
    }

    func close() async throws { try await gate.query("select pg_advisory_lock(\(number))") }

    func open() async throws { try await gate.query("select pg_advisory_unlock(\(number))") }

    func isWaitedFor() async throws {
        try await eventually("an INSERT is held up") {
            try await gate.query(
                """
                select from pg_stat_activity
                 where datname = current_database() and wait_event = 'PgSleep' and query like '%enqueue_each%'
                """
            ).count == 1
        }
    }

    func remove() async throws {
        try await gate.script("drop trigger hold_up on operations; drop function hold_up")
        await gate.close()
    }
}
