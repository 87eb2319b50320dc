import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import MetricsTestKit
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
}
