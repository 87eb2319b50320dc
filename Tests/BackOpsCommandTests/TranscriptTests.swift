import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import TestSupport
import Testing

@Suite struct `A transcript` {
    private static let page = """
        # Page
        ```console
        $ one
        1 in 41s
        …

        $ two
        ```
        ```swift
        $ no command
        ```
        ```console
        => SELECT 1
        x
        ```
        """

    @Test func `has the commands of console blocks, with what they print`() {
        let transcript = Transcript(Self.page)
        #expect(transcript.steps.map(\.command) == ["one", "two", "SELECT 1"])
        #expect(transcript.steps.map(\.prompt) == ["$ ", "$ ", "=> "])
        #expect(transcript.steps.map(\.output) == [["1 in 41s", "…"], [], ["x"]])
        #expect(transcript.page(with: transcript.steps.map(\.output)) == Self.page)
        #expect(
            Transcript(transcript.page(with: [[], ["y", "z"], []])).steps.map(\.output) == [
                [], ["y", "z"], [],
            ]
        )
    }

    @Test func `compares shapes, not numbers and times`() {
        #expect(Transcript.matches(["#7  a  in 3h"], ["#48213      a   in 5m"]))
        #expect(!Transcript.matches(["retried 0 operations"], ["retried 12 operations"]))
        #expect(Transcript.matches(["a", "b", "c"], ["…", "c"]))
        #expect(!Transcript.matches(["a", "b"], ["…", "c"]))
        #expect(!Transcript.matches(["a"], ["a", "b"]))
        let cut = "#7  an error of some length, cut h…"
        #expect(Transcript.isAlike(cut, "#12  an error of some length, cut here or there"))
        #expect(!Transcript.isAlike(cut, "#12  another error of some length"))
        #expect(Transcript.matches([" id | x ", "----+---"], ["  id   | x", "-------+---"]))
    }
}

/// What a command prints on the page "Three in the morning" must be what it prints.
@Suite(.backops(isolation: .database)) struct `The page "Three in the morning"` {
    private let page = TestedPage(
        "ThreeInTheMorning",
        programs: ["backops": "backops", "shop": "BackOpsCommandTestShop"],
        worker: "BackOpsCommandTestShop"
    )

    /// The operations that the page speaks of, under the numbers that it gives them.
    private func setTheStage() async throws {
        try await TestDatabase.current.script(
            """
            insert into operations (id, name, globals)
              values (48213, 'Fulfilment', '{"subscription_id": 42, "mail_host": "mx1.example.com"}'),
                     (48250, 'Import', '{"file": "customers.csv"}');
            insert into operations (id, name, globals)
              select 48213 + n, 'Fulfilment', jsonb_build_object('subscription_id', 100 + n, 'card_token', 'tok_expired')
                from generate_series(1, 12) as n;
            insert into operations (id, name, globals)
              select n, 'Fulfilment', jsonb_build_object('subscription_id', 1000 + n) from generate_series(1, 50) as n;
            select setval(pg_get_serial_sequence('operations', 'id'), 48300, false);
            """
        )
    }

    private func isSet() async throws -> Bool {
        try await TestDatabase.current.value(
            """
            select (select status from operation_status where id = 48213) = 'retrying'
               and (select progress_note from operation_status where id = 48250) is not null
               and (select count from failures) = 12
               and (select count(*) from jobs) = 2
            """,
            as: Bool?.self
        ) ?? false
    }

    @Test(.timeLimit(.minutes(5))) func `shows what its commands print`() async throws {
        try await setTheStage()
        #expect(try page.transcript().steps.count > 25)
        try await page.check { try await eventually("the stage is set") { try await isSet() } }
    }
}

/// What a reader sees who follows the page "Getting started", from the first command on.
@Suite(.backops(isolation: .database)) struct `The page "Getting started"` {
    private let page = TestedPage(
        "GettingStarted",
        programs: ["greeter": "GettingStartedSample", "backops": "backops"],
        worker: "GettingStartedSample"
    )

    @Test(.timeLimit(.minutes(5))) func `shows what its commands print`() async throws {
        #expect(try page.transcript().steps.count >= 8)
        try await page.check {}
    }
}
