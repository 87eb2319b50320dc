import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A snooze with limits` {
        @Test func `fails an action that has had its turns`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            for _ in 1...3 {
                #expect(try await engine.snooze(engine.claimOne(), "5 minutes", atMost: 3) == "snoozed")
                try await engine.travel(by: "5 minutes")
            }
            #expect(try await engine.snooze(engine.claimOne(), "5 minutes", atMost: 3) == "failed")
            #expect(try await engine.status(id) == "failed")
            #expect(
                try await engine.history(id) == Array(repeating: "A 1.1 snoozed", count: 3) + ["A 1.1 failed"]
            )
            let failures = try await engine.query(
                "select error_type, error_message from attempts where ends_operation"
            )
            #expect(try failures.map { try $0.decode("error_type", as: String.self) } == ["SnoozeLimit"])
            #expect(try failures[0].decode("error_message", as: String.self).contains("snoozed 3 times"))
        }

        @Test func `has its last turn at the deadline`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            #expect(
                try await engine.snooze(engine.claimOne(), "10 minutes", atMost: nil, within: "15 minutes")
                    == "snoozed"
            )
            #expect(try await engine.wait(id) == 600)
            try await engine.travel(by: "10 minutes")
            #expect(
                try await engine.snooze(engine.claimOne(), "10 minutes", atMost: nil, within: "15 minutes")
                    == "snoozed"
            )
            #expect(try await engine.wait(id) == 300)
            try await engine.travel(by: "5 minutes")
            #expect(
                try await engine.snooze(engine.claimOne(), "10 minutes", atMost: nil, within: "15 minutes")
                    == "failed"
            )
            #expect(try await engine.status(id) == "failed")
        }

        @Test func `allows as much again after a retry`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            for expected in ["snoozed", "failed"] {
                #expect(
                    try await engine.snooze(engine.claimOne(), "0 s", atMost: 1, within: "1 hour") == expected
                )
            }
            try await engine.travel(by: "2 hours")
            try await engine.query("select retry(\(id))")
            for expected in ["snoozed", "failed"] {
                #expect(
                    try await engine.snooze(engine.claimOne(), "0 s", atMost: 1, within: "1 hour") == expected
                )
            }
        }

        @Test func `counts neither other runs nor other actions`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B"]}"#)
            try await engine.enqueue()
            for run in 1...2 {
                #expect(try await engine.snooze(engine.claimOne(), "0 s", atMost: 1) == "snoozed")
                let again = try await engine.claimOne()
                #expect(again.run == run)
                #expect(try await engine.complete(again, continues: false).outcome == "queued")
                #expect(try await engine.snooze(engine.claimOne(), "0 s", atMost: 1) == "snoozed")
                if run == 1 {
                    let back = try await engine.complete(engine.claimOne(), jump: "main", continues: false)
                    #expect(back.outcome == "queued")
                }
            }
        }

        @Test func `of several that one call puts off fails the one that may not`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(3)
            try await engine.snooze(engine.claimOne(), "0 s", atMost: 1)
            let jobs = try await engine.claim(3)
            #expect(jobs.count == 3)
            let outcomes: [String] = try await engine.values(
                """
                select outcome
                  from snooze_many(\(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)), null,
                                   array_fill('1 s'::interval, array[3]), array_fill(1, array[3]), array_fill(null::interval, array[3]))
                 order by operation_id
                """
            )
            #expect(outcomes == ["failed", "snoozed", "snoozed"])
            #expect(try await engine.held() == [])
        }
    }
}
