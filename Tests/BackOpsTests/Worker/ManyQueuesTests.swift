import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `A worker of many queues` {
    private static let queues = (0..<30).map { "q\($0)" }

    @Test func `finds the jobs of each, whatever their priority`() async throws {
        let database = TestDatabase.current
        try await database.query(#"select register_definition('Errand', '{"main": ["Go"]}')"#)
        try await database.query(
            """
            insert into operations (name, queue, priority)
              select 'Errand', 'q' || n % 30, n % 10 from generate_series(1, 600) as n
            """
        )
        try await BackOpsWorker.test {
            $0.queues = Self.queues
        } operations: {
            Errand()
        }.drain()
        #expect(
            try await database.value(
                "select count(*) from operations where state = 'completed'",
                as: Int.self
            ) == 600
        )
    }
}

@Suite struct `The lanes of a claim` {
    private func lane(_ queue: String, _ priority: Int16, behind id: Int64? = nil) -> Lane {
        Lane(
            queue: queue,
            priority: priority,
            after: id.map { Lane.Key(runAt: PQTimestamp.negativeInfinity, operationID: $0) }
        )
    }

    private func many() -> LaneCursors { LaneCursors(queues: (0..<100).map { "q\($0)" }) }

    @Test func `are all there are where these are few, better priorities first`() {
        var cursors = LaneCursors(queues: ["a", "b"])
        cursors.begin(sweep: false)
        #expect(cursors.resuming == (0...9).flatMap { [lane("a", $0), lane("b", $0)] })
    }

    @Test func `go on behind the last job of each, and start over in a sweep`() {
        var cursors = LaneCursors(queues: ["a", "b"])
        cursors.advance(past: [lane("b", 5, behind: 7), lane("b", 5, behind: 9), lane("b", 5, behind: 8)])
        #expect(cursors.resuming[11] == lane("b", 5, behind: 9))
        #expect(cursors.sweeping[11] == lane("b", 5))
        cursors.advance(past: [lane("b", 5, behind: 3)])
        #expect(cursors.resuming[11] == lane("b", 5, behind: 3))
    }

    @Test func `are a tenth of many, so that ten claims look into each`() {
        var cursors = many()
        var seen: [Lane] = []
        for _ in 1...10 {
            cursors.begin(sweep: false)
            #expect(cursors.resuming.count == 100)
            seen += cursors.resuming
        }
        #expect(Set(seen) == Set(cursors.sweeping))
    }

    @Test func `always have those that gave jobs since the last sweep, in their order`() {
        var cursors = many()
        cursors.begin(sweep: true)
        cursors.advance(past: [lane("q7", 5, behind: 1), lane("q8", 2, behind: 2)])
        for _ in 1...10 {
            cursors.begin(sweep: false)
            let lanes = cursors.resuming
            #expect(lanes.contains(lane("q7", 5, behind: 1)) && lanes.contains(lane("q8", 2, behind: 2)))
            #expect(lanes.map(\.priority) == lanes.map(\.priority).sorted())
        }
        cursors.begin(sweep: true)
        cursors.begin(sweep: false)
        #expect(cursors.resuming.count == 100)
    }
}
