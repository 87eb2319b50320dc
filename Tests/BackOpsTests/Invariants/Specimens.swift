import BackOpsTesting
import LibPQ
import Testing

/// An operation in every state, with ids that do not change.
///
/// | id | state |
/// | --- | --- |
/// | 1 | ready |
/// | 2 | running |
/// | 3 | waiting for its third attempt |
/// | 4 | completed |
/// | 5 | failed at its second action |
/// | 6 | cancelled while its second action ran |
/// | 7 | parked |
/// | 8 | completed; jumped back once, and snoozed |
/// | 9 | scheduled at its second action |
enum Specimens {
    static func make() async throws {
        let engine = try await EngineDriver.start(
            #"{"main": [["A", {"backoff": {"base": 0}}], "B", "C"], "side": ["S", "T"]}"#
        )
        try await enqueue(3, engine)
        try await engine.fail(engine.claimOne())
        try await engine.fail(engine.claimOne(), after: "1 hour")
        try await enqueue(4, engine)
        try await engine.drain()
        try await enqueue(5, engine)
        try await engine.complete(engine.claimOne(), continues: false)
        try await engine.fail(engine.claimOne(), permanent: true)
        try await enqueue(6, engine)
        try await engine.complete(engine.claimOne())
        try await engine.query("select cancel(6, 'no stock')")
        try await engine.query("insert into operations (id, name) values (7, 'Later')")
        try await enqueue(8, engine)
        try await engine.snooze(engine.claimOne(), "0")
        try await engine.drain(jumps: ["main/B": ("main", "A")])
        try await enqueue(9, engine)
        try await engine.complete(engine.claimOne(), continues: false)
        try await engine.snooze(engine.claimOne(), "1 hour")
        try await enqueue(2, engine)
        _ = try await engine.claimOne()
        try await enqueue(1, engine)
        let statuses = try await engine.values(
            "select status from operation_status order by id",
            as: String.self
        )
        #expect(
            statuses == [
                "ready", "running", "retrying", "completed", "failed", "cancelled", "parked", "completed",
                "scheduled",
            ]
        )
    }

    private static func enqueue(_ id: Int64, _ engine: EngineDriver) async throws {
        try await engine.query("insert into operations (id, name) values (\(id), 'Flow')")
    }
}
