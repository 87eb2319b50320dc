import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

/// No engine of this version has these words.
@Suite(.backops(checksInvariants: false)) struct `Records` {
    @Test func `can be read where a newer engine has words that this version does not know`() async throws {
        try await withClient { client async throws in
            try await TestDatabase.current.script(
                """
                insert into operations (name, branches) values ('Later', '{"main": ["A"]}');
                drop view operation_status cascade;
                create view operation_status as
                  select id, name, state, 'resting'::text as status, '1/2/3'::text as progress, 'main/A'::text as action, 0 as attempt,
                         25 as max_attempts, null::timestamptz as run_at, queue, priority, key, tags, null::real as reported_progress,
                         null::text as progress_note, null::text as worker, null::text as error_type, null::text as error_message,
                         null::text as note, globals, created_at, ended_at, key_mode, active_key, schedule, slot
                    from (select id, name::text, 'asleep'::text as state, queue::text, priority, key::text, tags, globals, created_at, ended_at,
                                 key_mode::text, active_key::text, schedule, slot
                            from operations) as o;
                """
            )
            let record = try #require(try await client.operation(1))
            #expect(record.state == OperationState(rawValue: "asleep"))
            #expect(record.status.description == "resting")
            #expect(record.status.state == .active)
            #expect(record.progress == OperationProgress(done: 1, total: 2))
            try hasItsValuesBack(record)
        }
    }

    @Test func `can be encoded, decoded and compared`() async throws {
        try await withClient { client async throws in
            try await TestDatabase.current.query(
                "insert into operations (name, branches, globals, tags) values ('Flow', '{\"red\": [\"B\"], \"main\": [\"A\"]}', '{\"n\": 1}', '{eu}')"
            )
            try await TestDatabase.current.query(
                "select register_definition('Plan', '{\"red\": [\"B\"], \"main\": [\"A\"]}'), pause('mail', reason => 'spam')"
            )
            try await client.cancel(1, reason: "no more")
            let record = try #require(try await client.operation(1))
            #expect(record.globals == ["n": 1])
            try hasItsValuesBack(record)
            for action in try await client.actions(of: 1) { try hasItsValuesBack(action) }
            for attempt in try await client.attempts(of: 1) { try hasItsValuesBack(attempt) }
            for entry in try await client.timeline(of: 1) { try hasItsValuesBack(entry) }
            for reason in try await client.explain(1) { try hasItsValuesBack(reason) }
            for queue in try await client.queues() { try hasItsValuesBack(queue) }
            for entry in try await client.audit() { try hasItsValuesBack(entry) }
            let definition = try #require(try await client.definitions().first)
            #expect(definition.branches.map(\.name) == ["red", "main"])
            try hasItsValuesBack(definition)
        }
    }

    @Test func `of limits and rates can be, too`() async throws {
        try await withClient { client async throws in
            try await TestDatabase.current.script(
                """
                select set_rate('paced', 5, '1.5 seconds', 2, 'slowly');
                insert into operations (name, branches)
                  values ('Flow', '{"main": [["A", {"rate": {"name": "stripe", "count": 1, "per": 60}, "limit": {"name": "x", "max": 3}}]]}'),
                         ('Flow', '{"main": [["A", {"rate": "stripe", "limit": "x"}]]}');
                select advance_limits(), advance_limits(), close_rate('stripe', now() + interval '1 hour');
                """
            )
            let (limits, rates) = (try await client.limits(), try await client.rates())
            let (slots, starts) = (
                try await client.limitLines(of: "x"), try await client.rateLines(of: "stripe")
            )
            #expect(limits.count == 1 && rates.count == 2 && slots.count == 1 && starts.count == 1)
            for limit in limits { try hasItsValuesBack(limit) }
            for rate in rates { try hasItsValuesBack(rate) }
            for line in slots { try hasItsValuesBack(line) }
            for line in starts { try hasItsValuesBack(line) }
        }
    }

    private func hasItsValuesBack<Record: Codable & Hashable>(
        _ record: Record,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let document = try JSONEncoder().encode(record)
        #expect(
            try JSONDecoder().decode(Record.self, from: document) == record,
            sourceLocation: sourceLocation
        )
    }
}

@Suite struct `A word of the engine` {
    @Test func `is a string in JSON, known or not`() throws {
        let words: [OperationStatus] = [.scheduled, OperationStatus(rawValue: "resting")]
        let document = try JSONEncoder().encode(words)
        #expect(String(decoding: document, as: UTF8.self) == #"["scheduled","resting"]"#)
        #expect(try JSONDecoder().decode([OperationStatus].self, from: document) == words)
    }

    @Test func `is known by the text that the database has`() {
        #expect(AttemptOutcome.timedOut.rawValue == "timed_out")
        #expect(Explanation.Reason.queuePaused.description == "queue_paused")
        #expect(!OperationState.allCases.contains(OperationState(rawValue: "asleep")))
    }
}
