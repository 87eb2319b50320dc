import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@testable import BackOpsCommand

@Suite struct `A progress bar` {
    @Test(arguments: [
        (0.0, "▕    ▏"), (0.5, "▕██  ▏"), (0.54, "▕██▏ ▏"), (0.999, "▕███▉▏"), (1.0, "▕████▏"),
        (-1.0, "▕    ▏"),
        (7.0, "▕████▏"), (.nan, "▕    ▏"),
    ])
    func `is exact to an eighth of a column`(fraction: Double, bar: String) {
        #expect(ProgressBar.text(fraction, width: 4) == bar)
    }
}

@Suite struct `A live area` {
    @Test func `goes up over its old lines and clears what is left of them`() {
        #expect(LiveArea.replacement(of: 0, ["a"]) == "\u{1b}[Ka\n\u{1b}[J")
        #expect(LiveArea.replacement(of: 2, ["a"]) == "\u{1b}[2A\r\u{1b}[Ka\n\u{1b}[J")
    }
}

@Suite(.backops) struct `The command watch` {
    private func prepare() async throws {
        for name in ["Greeting", "Stumbling", "Greeting"] {
            _ = try await Shell.backops(["enqueue", name])
        }
        _ = try await Shell.backops(["cancel", "3"])
        _ = try await Shell.application(["work", "--drain"])
    }

    @Test(
        arguments: [(["1"], 0), (["2"], 4), (["3"], 5), (["1", "3"], 5), (["1", "2", "3"], 4)]
            as [([String], Int32)]
    )
    func `ends with how the operations ended`(ids: [String], code: Int32) async throws {
        try await prepare()
        let watched = try await Shell.backops(["watch"] + ids)
        #expect(watched.code == code)
        #expect(watched.output.split(separator: "\n").count == ids.count)
        #expect(!watched.output.contains("\u{1b}"))
    }

    @Test func `waits for the end, with a line for every change`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting"])
        async let watched = Shell.backops(["watch", "1", "--interval", "50ms"])
        _ = try await Shell.application(["work", "--drain"])
        let output = try await watched.output
        #expect(try await watched.code == 0)
        #expect(output.contains("completed\n"))
    }

    @Test func `keeps what has ended in view, and sums up at the end`() async throws {
        for name in ["Greeting", "Stumbling", "Nobody"] { _ = try await Shell.backops(["enqueue", name]) }
        async let watched = Shell.backops(["watch", "1", "2", "3", "--interval", "50ms"])
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["cancel", "3"])
        let lines = try await watched.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("#1 ") && $0.contains("✓ completed") })
        #expect(lines.contains { $0.hasPrefix("#2 ") && $0.contains("the floor was wet") })
        #expect(try await watched.messages == "1 completed, 1 failed, 1 cancelled\n")
        #expect(try await watched.code == 4)
        #expect(try await Shell.backops(["watch", "1"]).messages.isEmpty)
    }

    @Test func `says nothing of an old error while another attempt runs`() async throws {
        try await prepare()
        let client = BackOpsClient(TestDatabase.current.database)
        _ = try await Shell.backops(["retry", "2"])
        let record = try #require(try await client.operation(2))
        #expect(record.error != nil && record.status == .ready)
        #expect(!OperationLine(record).text(.plain).contains("floor"))
        #expect(
            !WatchLine(record: record, now: record.createdAt).text(.plain, id: 2, name: 9).contains("floor")
        )
        #expect(try !OperationTable([record]).text(.plain).contains("floor"))
        await client.close()
    }

    @Test func `leaves lines above those that change in place`() {
        #expect(
            LiveArea.replacement(of: 2, ["settled", "a", "b"])
                == "\u{1b}[2A\r\u{1b}[Ksettled\n\u{1b}[Ka\n\u{1b}[Kb\n\u{1b}[J"
        )
    }

    @Test func `prints JSON Lines`() async throws {
        try await prepare()
        let watched = try await Shell.backops(["watch", "1", "2", "--json"])
        let states = try watched.output.split(separator: "\n").map {
            try JSONValue(parsing: String($0))["state"]?.stringValue
        }
        #expect(states == ["completed", "failed"])
    }

    @Test func `shows what is active until the time is up`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h", "--tag", "eu"])
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        let all = try await Shell.backops(["watch", "--timeout", "50ms"])
        #expect(all.code == 6)
        #expect(all.output.split(separator: "\n").count == 2)
        let some = try await Shell.backops([
            "watch", "--tag", "eu", "--timeout", "50ms", "--interval", "50ms",
        ])
        #expect(some.output.split(separator: "\n").count == 1 && some.output.contains("#1 "))
    }

    @Test(
        arguments: [
            (["watch", "x"], 64), (["watch", "1", "--name", "x"], 64), (["watch", "--interval", "1ms"], 64),
            (["watch", "9"], 66),
        ] as [([String], Int32)]
    )
    func `refuses what makes no sense`(arguments: [String], code: Int32) async throws {
        let refused = try await Shell.backops(arguments)
        #expect(refused.code == code, "\(refused.messages)")
        #expect(!refused.messages.isEmpty)
    }
}

@Suite(.backops) struct `A line of a live view` {
    @Test(arguments: [20, 40, 60, 80, 120])
    func `fits the terminal, and leaves its last column free`(width: Int) async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        _ = try await Shell.backops(["enqueue", "Stumbling"])
        _ = try await Shell.application(["work", "--drain"])
        let record = try #require(try await client.operation(1))
        let line = WatchLine(record: record, now: record.createdAt)
        let text = line.text(Style(colours: false, width: width), id: 2, name: 12)
        #expect(TextWidth.of(text) < width)
        #expect(line.fraction == 1.0 / 3)
        if width >= 60 { #expect(text.contains("▕██████▋             ▏ 1/3")) }
        await client.close()
    }
}
