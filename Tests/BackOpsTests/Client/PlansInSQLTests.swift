import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `A plan that was written in SQL` {
    @Test func `is read with its lengths of time, whether they are words or numbers`() async throws {
        try await TestDatabase.current.query(
            """
            select register_definition('Refund', '{
              "side": ["Z"],
              "main": [
                "A", ["B", {"perform_in": "2 days", "timeout": "90 s", "max_attempts": 3}],
                ["nap", {"sleep": "1 hour"}],
                ["word", {"wait_for": "approved", "timeout": "1 day 12:00", "on_timeout": {"branch": "side"}}],
                ["C", {"perform_in": 1.5}], "D", ["E"],
                ["ask", {"approval": "refund", "within": "2 days", "remind": {"after": "1 day", "operation": "Remind"}}]
              ],
              "/limit": {"name": "refunds", "by": "customer", "max": 3, "free_while_waiting": true}
            }')
            """
        )
        try await withClient { client async throws in
            let definition = try #require(try await client.definition("Refund"))
            #expect(definition.branches.map(\.name) == ["side", "main"])
            #expect(definition.plan.limit?.words == "refunds 3 by customer")
            #expect(definition.branches[1].actions == ["A", "B", "nap", "word", "C", "D", "E", "ask"])
            let options = definition.plan.entries.map(\.options)
            #expect(options[2].performIn == .seconds(172_800))
            #expect(options[2].timeout == .seconds(90))
            #expect(options[3].wait == .sleep(.seconds(3600)))
            #expect(
                options[4].wait
                    == .signals(["approved"], timeout: .seconds(129_600), onTimeout: .branch("side"), as: nil)
            )
            #expect(options[5].performIn == .seconds(1.5))
            // Without its times it would not have been read.
            #expect(definition.plan.jsonText.contains("86400"))
        }
    }
}
