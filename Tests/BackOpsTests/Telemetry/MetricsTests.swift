import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import LibPQ
import MetricsTestKit
import TestSupport
import Testing

private struct Parcel: OperationDefinition {
    static let name = "Parcel"
    var branches: [Branch] {
        Do("Pack") { _ in }
        Do("Ship") { context in
            if context["broken"] == true { throw Failure.permanent("no such street") }
            if context.attempt == 1 { throw Failure.retry(after: .zero, "the van is full") }
        }
    }
}

@Suite(.backops) struct Metrics {
    private let metrics = TestMetrics()

    @Test func `have the names and labels that are documented, and no ids`() async throws {
        try await withMetricsFactory(metrics) {
            try await withClient { client in
                try await client.enqueue(Parcel.self, batch: [[:], [:]])
                try await client.enqueue(Parcel.self, ["broken": true], key: "one")
                try await client.enqueue(name: "parcel-4711") { Do("Note") { _ in } }
                try await BackOpsWorker.test(
                    { $0.reportingInterval = .milliseconds(10) },
                    actions: [Do("Note") { _ in }]
                ) { Parcel() }.drain()
            }
        }
        func actions(_ outcome: String, _ action: String, operation: String = "Parcel") throws -> Int64 {
            try metrics.expectCounter(
                "backops_actions_total",
                [("operation", operation), ("action", action), ("queue", "default"), ("outcome", outcome)]
            ).totalValue
        }
        #expect(try actions("completed", "main/Pack") == 3)
        #expect(try actions("completed", "main/Ship") == 2)
        #expect(try actions("retried", "main/Ship") == 2)
        #expect(try actions("failed", "main/Ship") == 1)
        #expect(try actions("completed", "main/Note", operation: "(ad hoc)") == 1)
        let enqueued = try metrics.expectCounter(
            "backops_operations_enqueued_total",
            [("name", "Parcel"), ("queue", "default")]
        )
        #expect(enqueued.totalValue == 3)
        let durations = try metrics.expectRecorder(
            "backops_action_duration_seconds",
            [("operation", "Parcel"), ("action", "main/Ship")]
        )
        #expect(durations.values.count == 5)
        #expect(durations.values.allSatisfy { (0...60).contains($0) })
        let latencies = try metrics.expectRecorder("backops_queue_latency_seconds", [("queue", "default")])
        #expect(latencies.values.count >= 4)
        #expect(try metrics.expectRecorder("backops_claim_batch_size", []).values.reduce(0, +) >= 4)
        #expect(try !metrics.expectRecorder("backops_claim_duration_seconds", []).values.isEmpty)
        #expect(try metrics.expectMeter("backops_worker_slots", [("state", "busy")]).lastValue == 0)
        #expect(try metrics.expectMeter("backops_worker_slots", [("state", "free")]).lastValue == 4)
        #expect(try metrics.expectCounter("backops_leases_lost_total", []).totalValue == 0)
        #expect(try metrics.expectCounter("backops_unreadable_jobs_total", []).totalValue == 0)
        _ = try metrics.expectMeter("backops_listen_connected", [])
    }

    @Test func `do not count what a key kept from being enqueued a second time`() async throws {
        try await withMetricsFactory(metrics) {
            try await withClient { client in
                for _ in 1...2 { try await client.enqueue(Parcel.self, batch: [[:]], key: { _ in "same" }) }
            }
        }
        let enqueued = try metrics.expectCounter(
            "backops_operations_enqueued_total",
            [("name", "Parcel"), ("queue", "default")]
        )
        #expect(enqueued.totalValue == 1)
    }

    @Test func `show how deep the queues are, and that one is empty again`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        func depth(_ state: String) -> Double? {
            metrics.meters(
                label: "backops_queue_depth",
                dimensions: [("queue", "elsewhere"), ("state", state)]
            ).first?.lastValue
        }
        try await client.enqueue(Parcel.self, batch: [[:], [:]], queue: "elsewhere")
        try await client.enqueue(Parcel.self, [:], when: .in(.seconds(600)), queue: "elsewhere")
        try await withMetricsFactory(metrics) {
            try await working(.test({ $0.reportingInterval = .milliseconds(20) }) { Parcel() }) {
                // The worker has registered the name that they waited for.
                try await eventually("the depth is shown") { depth("ready") == 2 && depth("scheduled") == 1 }
                let oldest = metrics.meters(
                    label: "backops_queue_oldest_seconds",
                    dimensions: [("queue", "elsewhere")]
                )
                #expect(oldest.first?.lastValue ?? 0 > 0)
                _ = try await client.operations.inState(.active).cancelAll()
                try await eventually("it is empty") { depth("ready") == 0 && depth("scheduled") == 0 }
            }
        }
        await client.close()
    }

    @Test func `show the limits of queues that have one, and how many run`() async throws {
        func gauges(_ queue: String) -> [Double?] {
            ["backops_queue_limit", "backops_queue_limit_running"].map {
                metrics.meters(label: $0, dimensions: [("queue", queue)]).first?.lastValue
            }
        }
        let gate = Gate()
        let client = BackOpsClient(TestDatabase.current.database)
        try await client.setQueueLimit("default", to: 2)
        for _ in 1...3 { try await client.enqueue(name: "Long") { Do("Last") { _ in } } }
        try await withMetricsFactory(metrics) {
            let last = Do("Last") { _ in await gate.wait() }
            try await working(.test({ $0.reportingInterval = .milliseconds(20) }, actions: [last]) {}) {
                try await eventually("two run") { gauges("default") == [2, 2] }
                try await client.setQueueLimit("elsewhere", to: 0)
                try await client.enqueue(Parcel.self, when: .in(.seconds(600)), queue: "elsewhere")
                try await eventually("nothing may run") { gauges("elsewhere") == [0, 0] }
                gate.open()
                try await eventually("all have ended") { gauges("default") == [2, 0] }
                try await client.setQueueLimit("default", to: nil)
                try await eventually("it has no limit") { gauges("default") == [nil, nil] }
                #expect(gauges("elsewhere") == [0, 0])
            }
        }
        await client.close()
    }

    @Test func `show what is at waits, and for how long`() async throws {
        let plan =
            #"{"main": [["nap", {"sleep": 3600}], ["paid", {"wait_for": "paid"}], ["ask", {"approval": "refund"}], "Pay"]}"#
        func gauge(_ label: String, _ kind: String) -> Double? {
            metrics.meters(label: label, dimensions: [("kind", kind)]).first?.lastValue
        }
        func depths() -> [Double?] {
            ["sleep", "signal", "approval"].map { gauge("backops_wait_depth", $0) }
        }
        try await TestDatabase.current.script(
            """
            select register_definition('Refund', '\(plan)');
            insert into operations (name) select 'Refund' from generate_series(1, 3)
            """
        )
        try await withMetricsFactory(metrics) {
            try await working(.test({ $0.reportingInterval = .milliseconds(20) }) { Parcel() }) {
                try await eventually("they sleep") { depths() == [3, 0, 0] }
                #expect(gauge("backops_wait_oldest_seconds", "sleep") ?? 0 > 0)
                #expect(gauge("backops_wait_oldest_seconds", "approval") == 0)
                try await TestDatabase.current.query(
                    "select wake_up(array[1, 2]::bigint[]), signal(1, 'paid')"
                )
                try await eventually("each waits for something else") { depths() == [1, 1, 1] }
                try await TestDatabase.current.query("select cancel(array[1, 2, 3]::bigint[])")
                try await eventually("nothing waits") { depths() == [0, 0, 0] }
            }
        }
    }

    @Test func `take one sample of the queues for all who ask`() async throws {
        let database = TestDatabase.current
        try await database.withConnection { connection in
            func sample(_ age: String) async throws -> Int64 {
                try await connection.query(
                    "select coalesce(sum(ready), 0)::bigint from sampled_queue_depth(\(age)::interval)"
                )[0].decode(0, as: Int64.self)
            }
            try await connection.query("select register_definition('Parcel', '{\"main\": [\"Pack\"]}')")
            #expect(try await sample("1 min") == 0)
            try await connection.query("insert into operations (name) values ('Parcel')")
            #expect(try await sample("1 min") == 0)
            #expect(try await sample("0") == 1)
        }
    }
}
