import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
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
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/ThreeInTheMorning.md")

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

    /// The programs under the names that the page gives them.
    private func programs() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backops-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, program) in [("backops", "backops"), ("shop", "BackOpsCommandTestShop")] {
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: name),
                withDestinationURL: URL(filePath: try Shell.path(of: program))
            )
        }
        return folder
    }

    private func run(_ step: Transcript.Step, _ folder: URL) async throws -> [String] {
        let path = "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        var variables: [String: String?] = TestDatabase.current.variables.mapValues { $0 }
        variables["PATH"] = path
        variables["COLUMNS"] = "132"
        var command = "exec 2>&1; \(step.command)"
        if step.prompt == "=> " {
            variables["STATEMENT"] = step.command
            variables["BACKOPS_DATABASE_URL"] = TestDatabase.current.directConninfo
            command = #"exec 2>&1; backops sql -- -X -P pager=off -P footer=off -c "$STATEMENT""#
        }
        let finished = try await Shell.run(path: "/bin/sh", ["-c", command], variables: variables)
        // As whom the test is logged in is not the same everywhere.
        let role = try await TestDatabase.current.value("select session_user::text", as: String.self)
        let name = "ann" + String(repeating: " ", count: max(0, role.count - 3))
        let output = finished.output.replacing(role + " ", with: name + " ").replacing(role, with: "ann")
        var lines = output.components(separatedBy: "\n")
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.replacing(#/ +$/#, with: "") }
    }

    @Test(.timeLimit(.minutes(5))) func `shows what its commands print`() async throws {
        try await setTheStage()
        let folder = try programs()
        defer { try? FileManager.default.removeItem(at: folder) }
        let transcript = Transcript(try String(contentsOf: Self.file, encoding: .utf8))
        #expect(transcript.steps.count > 25)
        let outputs = try await withThrowingTaskGroup(of: [[String]]?.self) { group in
            group.addTask {
                let worker = try await Shell.serve("BackOpsCommandTestShop", ["work", "--grace", "1s"])
                #expect(worker.code != 0 || worker.output.isEmpty)
                return nil
            }
            group.addTask {
                try await eventually("the stage is set") { try await isSet() }
                var outputs: [[String]] = []
                for step in transcript.steps { outputs.append(try await run(step, folder)) }
                return outputs
            }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            return []
        }
        guard ProcessInfo.processInfo.environment["BACKOPS_RENEW_GOLDEN"] == nil else {
            // What is right stays as it is: it may say "…" for lines that come and go.
            let renewed = zip(transcript.steps, outputs).map { step, output in
                Transcript.matches(output, step.output) ? step.output : output
            }
            return try transcript.page(with: renewed).write(to: Self.file, atomically: true, encoding: .utf8)
        }
        for (step, output) in zip(transcript.steps, outputs) {
            let isRight = Transcript.matches(output, step.output)
            #expect(isRight, "\(step.prompt)\(step.command)\n\(output.joined(separator: "\n"))")
        }
    }
}

/// Waits until a condition holds: for what another process brings about.
private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(50))
    }
}

private struct NeverHappened: Error {
    let what: String
}
