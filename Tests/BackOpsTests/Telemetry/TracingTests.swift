import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import InMemoryTracing
import LibPQ
import Testing
import Tracing

private struct Parent: OperationDefinition {
    static let name = "Parent"
    var branches: [Branch] {
        Do("Spawn") { context in
            guard let client = Self.client else { return }
            try await client.enqueue(name: "Child") { Do("Note") { _ in } }
            if context["fails"] == true { throw Failure.permanent("no") }
        }
    }

    @TaskLocal static var client: BackOpsClient?
}

@Suite(.backops) struct Tracing {
    private let tracer = HeaderTracer()

    /// Runs what is enqueued, in a process that traces.
    private func work(_ client: BackOpsClient? = nil) async throws {
        try await withTracer(tracer) {
            try await Parent.$client.withValue(client) {
                try await BackOpsWorker.test(actions: [Do("Note") { _ in }]) { Parent() }.drain()
            }
        }
    }

    private func spans(_ name: String) -> [FinishedInMemorySpan] {
        tracer.spans.filter { $0.operationName == name }
    }

    private func stored() async throws -> [String?] {
        try await TestDatabase.current.query("select traceparent from operations order by id").map {
            try $0.decode(0, as: String?.self)
        }
    }

    @Test func `leads from an enqueue to the action, and on to what that enqueues`() async throws {
        try await withClient { client in
            try await withTracer(tracer) {
                try await tracer.withSpan("request") { _ in
                    _ = try await client.enqueue(Parent.self, queue: "default")
                }
            }
            try await work(client)
        }
        let request = try #require(spans("request").first)
        let enqueues = spans("enqueue default")
        let spawn = try #require(spans("process Parent/Spawn").first)
        let note = try #require(spans("process Child/Note").first)
        try #require(enqueues.count == 2)
        #expect(
            Set(tracer.spans.filter { $0.operationName != "receive" }.map(\.traceID)) == [request.traceID]
        )
        #expect(enqueues.map(\.kind) == [.producer, .producer])
        #expect(enqueues[0].parentSpanID == request.spanID)
        #expect(spawn.kind == .consumer)
        #expect(spawn.parentSpanID == enqueues[0].spanID)
        #expect(spawn.links.map { $0.context.inMemorySpanContext?.spanID } == [enqueues[0].spanID])
        #expect(enqueues[1].parentSpanID == spawn.spanID)
        #expect(note.parentSpanID == enqueues[1].spanID)
    }

    @Test func `describes a span in the words of OpenTelemetry`() async throws {
        let id = try await withClient { client in
            let id = try await client.enqueue(Parent.self, ["fails": true]).id
            try await work(client)
            return id
        }
        let span = try #require(spans("process Parent/Spawn").first)
        let expected: [String: SpanAttribute] = [
            "messaging.system": "backops", "messaging.operation.type": "process",
            "messaging.destination.name": "default", "messaging.message.id": "\(id)",
            "messaging.message.conversation_id": "\(id)", "backops.operation.name": "Parent",
            "backops.action.name": "Spawn", "backops.branch": "main", "backops.attempt": 1,
            "backops.outcome": "failed", "error.type": "Failure.permanent",
        ]
        for (key, value) in expected { #expect(span.attributes.get(key) == value, "\(key)") }
        #expect(span.errors.count == 1)
        #expect(span.status?.code == .error)
        let claim = try #require(spans("receive").first)
        #expect(claim.kind == .client)
        #expect(claim.attributes.get("messaging.batch.message_count") == 1)
        #expect(claim.startInstant.nanosecondsSinceEpoch <= claim.endInstant.nanosecondsSinceEpoch)
    }

    @Test func `only links to an enqueue that is more than a minute ago`() async throws {
        try await TestDatabase.current.query(
            """
            insert into operations (name, traceparent, created_at) values ('Parent', '00/trace/span/01', clock_now() - interval '61 seconds')
            """
        )
        try await work()
        let span = try #require(spans("process Parent/Spawn").first)
        #expect(span.traceID != "trace")
        #expect(span.parentSpanID == nil)
        #expect(span.links.map { $0.context.inMemorySpanContext?.traceID } == ["trace"])
    }

    @Test func `takes the context of plain SQL from a setting`() async throws {
        try await BackOpsWorker.test { Parent() }.drain()
        try await TestDatabase.current.script(
            "begin; set local backops.traceparent = '00/trace/span/01'; insert into operations (name) values ('Parent'); commit"
        )
        try await work()
        #expect(spans("process Parent/Spawn").map(\.traceID) == ["trace"])
    }

    @Test func `stores the context whichever way an operation is enqueued`() async throws {
        try await withClient { client in
            try await withTracer(tracer) {
                try await client.enqueue(Parent.self)
                try await client.enqueue(Parent.self, batch: [[:]])
                try await client.enqueue(stream: [OperationRequest(Parent.self)])
                try await client.transaction { transaction in
                    _ = try await client.enqueue(OperationRequest(Parent.self), in: transaction)
                }
                let parameters = try tracer.withSpan("request") { _ in
                    try OperationRequest(Parent.self).statement().parameters
                }
                #expect(parameters.last??.hasPrefix("00/trace-") == true)
            }
            var request = OperationRequest(Parent.self)
            request.traceparent = "given"
            try await client.enqueue(request)
            try await client.enqueue(Parent.self)
        }
        let stored = try await stored()
        #expect(stored.prefix(4).allSatisfy { $0?.hasPrefix("00/trace-") == true })
        #expect(Array(stored.suffix(2)) == ["given", nil])
    }
}
