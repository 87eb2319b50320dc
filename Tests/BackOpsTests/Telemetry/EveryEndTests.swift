import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import InMemoryTracing
import LibPQ
import Logging
import MetricsTestKit
import Synchronization
import Testing
import Tracing

/// The ways in which an attempt can fail.
private enum WayToFail: String, CaseIterable, Sendable {
    case throwsError, throwsPermanently, runsOutOfTime, setsWhatCannotBeStored
    /// The table of the test refuses it, at once or at the commit.
    case isRefusedAtOnce, isRefusedAtCommit, isTooLarge, isRefusedInItsOwnTransaction

    var errorType: String {
        switch self {
        case .throwsError: "Broken"
        case .throwsPermanently: "Failure.permanent"
        case .runsOutOfTime: "BackOpsError.timedOut"
        case .setsWhatCannotBeStored: "BackOpsError.invalidGlobals"
        case .isTooLarge: "BackOpsError.limitExceeded"
        case .isRefusedAtOnce, .isRefusedAtCommit: "BackOpsError.completionRefused"
        case .isRefusedInItsOwnTransaction: "PQError"
        }
    }

    var message: String? {
        switch self {
        case .isRefusedAtOnce, .isRefusedAtCommit, .isRefusedInItsOwnTransaction: "the books are closed"
        default: nil
        }
    }
}

private struct Booking: OperationDefinition {
    static let name = "Booking"
    let way: WayToFail
    var branches: [Branch] {
        Do("Book") { context in
            switch way {
            case .throwsError: throw Broken()
            case .throwsPermanently: throw Failure.permanent("no")
            case .runsOutOfTime: try await Task.sleep(for: .seconds(60))
            case .setsWhatCannotBeStored: context["text"] = "\0"
            case .isRefusedAtOnce, .isRefusedAtCommit: break
            case .isTooLarge: context["text"] = .string(String(repeating: "x", count: 2 << 20))
            case .isRefusedInItsOwnTransaction: try await context.transaction { _ in }
            }
        }
        .retry(.never)
        .timeout(way == .runsOutOfTime ? .milliseconds(20) : .seconds(600))
    }
}

/// Keeps lines with their metadata.
private struct LineLog: LogHandler {
    final class Lines: Sendable {
        let all = Mutex<[(message: String, metadata: Logger.Metadata)]>([])
        func named(_ message: String) -> [Logger.Metadata] {
            all.withLock { $0.filter { $0.message == message }.map(\.metadata) }
        }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
        lines.all.withLock {
            $0.append(("\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 }))
        }
    }
}

// Its trigger is one that the schema does not know.
@Suite(.backops(checksInvariants: false)) struct `An attempt that fails` {
    private let database = TestDatabase.current
    private let metrics = TestMetrics()
    private let tracer = HeaderTracer()
    private let lines = LineLog.Lines()

    private func refuse(_ way: WayToFail) async throws {
        let event: String
        switch way {
        case .isRefusedAtOnce, .isRefusedInItsOwnTransaction: event = "trigger closed after"
        case .isRefusedAtCommit: event = "constraint trigger closed after"
        default: return
        }
        try await database.script(
            """
            create function closed() returns trigger language plpgsql set search_path from current as $$
            begin
              if new.state = 'completed' then raise exception 'the books are closed'; end if;
              return new;
            end $$;
            create \(event) update on operations \(way == .isRefusedAtCommit ? "deferrable initially deferred" : "")
              for each row execute function closed();
            """
        )
    }

    @Test(arguments: WayToFail.allCases)
    fileprivate func
        `is told of alike in the log, the metrics, the spans and the database, however it failed`(
            way: WayToFail
        ) async throws
    {
        try await refuse(way)
        try await withMetricsFactory(metrics) {
            try await withTracer(tracer) {
                try await withClient { client in
                    let handle = try await client.enqueue(Booking.self)
                    var configuration = WorkerConfiguration()
                    configuration.attemptLogs = .onFailure()
                    try await BackOpsWorker(
                        database.database,
                        configuration: configuration,
                        logger: Logger(label: "test") { _ in LineLog(lines: lines) }
                    ) {
                        Booking(way: way)
                    }
                    .drain()
                    let record = try await handle.record()
                    #expect(record.state == .failed)
                    #expect(record.error?.type == way.errorType)
                    if let message = way.message { #expect(record.error?.message.contains(message) == true) }
                }
            }
        }
        for message in ["action failed", "operation failed"] {
            let told = lines.named(message)
            #expect(told.count == 1, "\(message)")
            let line = told.first ?? [:]
            #expect(line["operation"] == "Booking")
            #expect(line["action"] == "main/Book")
            #expect(line["error_type"].map { "\($0)" } == way.errorType)
            #expect(line["error"] != nil)
        }
        #expect(lines.named("action completed").isEmpty)
        func count(_ outcome: String) throws -> Int64 {
            try metrics.expectCounter(
                "backops_actions_total",
                [
                    ("operation", "Booking"), ("action", "main/Book"), ("queue", "default"),
                    ("outcome", outcome),
                ]
            ).totalValue
        }
        #expect(try count("failed") == 1)
        #expect(try count("completed") == 0)
        let spans = tracer.spans.filter { $0.operationName == "process Booking/Book" }
        #expect(spans.count == 1)
        #expect(spans.first?.status?.code == .error)
        #expect(spans.first?.attributes.get("error.type") == .string(way.errorType))
        #expect(
            try await database.value(
                "select coalesce(sum(failed), 0)::int8 from throughput where operation = 'Booking'",
                as: Int64.self
            ) == 1
        )
    }
}
