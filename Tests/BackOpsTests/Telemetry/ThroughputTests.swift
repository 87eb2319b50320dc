import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

/// An operation whose second action fails as often as the globals say.
private struct Delivery: OperationDefinition {
    static let name = "Delivery"
    var branches: [Branch] {
        Do("Pack") { _ in }
        Do("Ship") { context in
            if context["broken"] == true { throw Failure.permanent("no such street") }
            if context.attempt == 1 { throw Failure.retry(after: .zero, "the van is full") }
        }
    }
}

@Suite(.backops) struct Throughput {
    private let database = TestDatabase.current

    private struct Minute: Hashable {
        let queue: String
        let operation: String
        let completed: Int64
        let failed: Int64
        let retried: Int64
    }

    private func minutes() async throws -> [Minute] {
        try await database.query(
            """
            select queue, operation, sum(completed)::bigint, sum(failed)::bigint, sum(retried)::bigint
              from throughput where p50_ms <= p95_ms group by queue, operation order by queue, operation
            """
        ).map { row in
            Minute(
                queue: try row.decode(0),
                operation: try row.decode(1),
                completed: try row.decode(2),
                failed: try row.decode(3),
                retried: try row.decode(4)
            )
        }
    }

    @Test func `counts what completed, what failed for good, and what is tried again`() async throws {
        try await withClient { client in
            try await client.enqueue(Delivery.self, batch: Array(repeating: [:], count: 3))
            try await client.enqueue(Delivery.self, ["broken": true])
            try await client.enqueue(Delivery.self, [:], queue: "mail")
            try await BackOpsWorker.test({ $0.queues = ["default", "mail"] }) { Delivery() }.drain()
        }
        #expect(
            try await minutes() == [
                Minute(queue: "default", operation: "Delivery", completed: 7, failed: 1, retried: 3),
                Minute(queue: "mail", operation: "Delivery", completed: 2, failed: 0, retried: 1),
            ]
        )
        let actions = try await database.query("select action, count from slow_actions order by action")
        #expect(try actions.map { try $0.decode(0, as: String.self) } == ["main/Pack", "main/Ship"])
        #expect(try actions.map { try $0.decode(1, as: Int64.self) } == [5, 9])
    }

    @Test func `is reported while the worker goes on`() async throws {
        try await withClient { client in
            try await working(.test({ $0.reportingInterval = .milliseconds(50) }) { Delivery() }) {
                try await client.enqueue(Delivery.self)
                try await eventually("the worker reports") { try await minutes().first?.completed == 2 }
            }
        }
        #expect(try await minutes().map(\.completed) == [2])
    }

    @Test func `puts all operations with branches of their own together`() async throws {
        try await withClient { client in
            for name in ["one", "two"] {
                try await client.enqueue(name: name) { Do("Note") { _ in } }
            }
            try await BackOpsWorker.test(actions: [Do("Note") { _ in }]) {}.drain()
        }
        #expect(
            try await minutes() == [
                Minute(queue: "default", operation: "(ad hoc)", completed: 2, failed: 0, retried: 0)
            ]
        )
    }

    @Test func `adds up what many workers report at once, without a deadlock`() async throws {
        let zeros = Array(repeating: "0", count: 22).joined(separator: ",")
        let rows = (1...20).map { number in
            #"{"queue": "q\#(number % 3)", "operation": "O\#(number % 5)", "action": "main/A\#(number)", "completed": 2, "#
                + #""failed": 0, "retried": 1, "max_ms": 0.4, "buckets": [1,1,1,\#(zeros)]}"#
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...8 {
                group.addTask {
                    let connection = try await PQConnection.connect(database.options)
                    for _ in 1...10 {
                        let document = PQJSON("[\(rows.shuffled().joined(separator: ","))]")
                        try await connection.query("select record_actions(\(document))")
                    }
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
        let sums = try await database.query(
            """
            select (select sum(completed)::bigint from throughput), (select sum(retried)::bigint from throughput),
                   (select sum(b)::bigint from operation_minutes, unnest(buckets) as b), (select sum(count)::bigint from action_hours)
            """
        )
        let (completed, retried, counted, actions) = try #require(sums.first).decode(
            as: Int64.self,
            Int64.self,
            Int64.self,
            Int64.self
        )
        #expect(completed == 3200)
        #expect(retried == 1600)
        #expect(counted == 4800)
        #expect(actions == 4800)
    }

    @Test(
        arguments: [
            ("{0,0,0,4}", 0.5, 0.75), ("{0,0,0,4}", 1.0, 1), ("{1,1,1,1}", 0.5, 0.2),
            ("{1,1,1,1}", 0.95, 0.9),
            ("{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2}", 0.5, 5_500_000),
        ]
    )
    func `takes quantiles from buckets, never above the longest`(
        buckets: String,
        fraction: Double,
        expected: Double
    ) async throws {
        let longest = expected > 1 ? 6_000_000.0 : 1
        let rows = try await database.query(
            "select bucket_quantile(\(buckets)::bigint[], \(fraction), \(longest))"
        )
        #expect(try rows[0].decode(0, as: Double.self) == expected)
    }

    @Test func `forgets minutes after a day and hours after a month`() async throws {
        try await database.withConnection { connection in
            let counts: PQJSON = """
                [{"queue": "q", "operation": "O", "action": "main/A", "completed": 1, "failed": 0, "retried": 0, "max_ms": 1,
                  "buckets": [0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]
                """
            for day in ["2027-01-01", "2027-01-02 00:00:59", "2027-01-02 00:01", "2027-02-02"] {
                try await connection.query("select set_config('backops.now', \(day + "+00"), false)")
                try await connection.query("select record_actions(\(counts))")
            }
            let left = try await connection.query(
                "select (select count(*) from operation_minutes), (select count(*) from action_hours)"
            )
            let (minutes, hours) = try left[0].decode(as: Int64.self, Int64.self)
            #expect(minutes == 1)
            #expect(hours == 1)
        }
    }

    @Test(
        arguments: [
            "select * from throughput order by minute desc limit 50",
            "select * from throughput where minute > now() - interval '1 hour'",
            "select * from slow_actions order by p95_ms desc limit 50",
        ]
    )
    func `is read by an index, however much there is`(query: String) async throws {
        try await database.withConnection { connection in
            try await connection.script(
                """
                insert into operation_minutes
                  select date_trunc('minute', statement_now()) - make_interval(mins => m), 'default', 'O' || o, 10, 1, 1, 500, array_fill(1, array[25])
                    from generate_series(1, 1440) as m, generate_series(1, 10) as o;
                insert into action_hours
                  select date_trunc('hour', statement_now(), 'UTC') - make_interval(hours => h), 'O' || o, 'main/A', 10, 500, array_fill(1, array[25])
                    from generate_series(0, 719) as h, generate_series(1, 40) as o;
                analyze operation_minutes; analyze action_hours
                """
            )
            let plan = try await connection.query(SQLStatement(unescaped: "explain \(query)")).map {
                try $0.decode(0, as: String.self)
            }.joined(separator: "\n")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
            #expect(!plan.contains("Sort Key: operation_minutes"), "\(plan)")
        }
    }
}
