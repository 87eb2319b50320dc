import BackOps
import Testing

@testable import BackOpsCommand

@Suite struct `A table` {
    private func table() -> Table {
        var table = Table(["ID", "NAME", "NOTE"])
        table.shrinkable = [2, 1]
        table.rows = [
            [Table.Cell("1"), Table.Cell("Fulfilment"), Table.Cell("the quick brown fox")],
            [Table.Cell("22"), Table.Cell("注文"), Table.Cell("🎁 gift")],
        ]
        return table
    }

    @Test func `is as wide as its texts where nothing limits it`() {
        #expect(
            table().text(.plain) == """
                ID  NAME        NOTE
                1   Fulfilment  the quick brown fox
                22  注文        🎁 gift

                """
        )
    }

    @Test(arguments: 5...60)
    func `never exceeds the width that there is`(width: Int) {
        let lines = table().text(Style(colours: false, width: max(width, 24))).split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines { #expect(TextWidth.of(line) <= max(width, 24)) }
    }

    @Test func `shortens the least important column first`() {
        #expect(
            table().text(Style(colours: false, width: 26)) == """
                ID  NAME        NOTE
                1   Fulfilment  the quick…
                22  注文        🎁 gift

                """
        )
    }

    @Test func `paints cells only where colours are on`() {
        var table = Table(["A"])
        table.rows = [[Table.Cell("x", .red)]]
        #expect(table.text(Style(colours: true, width: nil)).contains("\u{1b}[31mx\u{1b}[0m"))
        #expect(!table.text(.plain).contains("\u{1b}"))
    }

    @Test func `takes the power out of control characters`() {
        #expect(Table.Cell("a\u{1b}[2Jb\nc").text == "a [2Jb c")
        #expect(Sanitised.lines("a\u{7}\nb\u{202e}") == "a \nb ")
    }
}

@Suite struct `The width of text` {
    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("注文", 4), ("한", 2), ("🎁", 2), ("👩‍👩‍👧", 2), ("🇨🇭", 2), ("❤️", 2),
        ("✓", 1),
        ("\u{200b}", 0), ("ｆ", 2),
    ])
    func `counts the columns of a terminal`(text: String, width: Int) {
        #expect(TextWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 4, "abc…"), ("abc", 3, "abc"), ("注文書", 4, "注…"), ("🎁🎁", 3, "🎁…"), ("abc", 0, ""),
    ])
    func `is cut at whole characters`(text: String, columns: Int, cut: String) {
        #expect(TextWidth.fit(text, columns) == cut)
    }
}

@Suite struct `Colours` {
    @Test(
        arguments: [
            ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false),
            (["NO_COLOR": ""], true, true),
            (["TERM": "dumb"], true, false), (["FORCE_COLOR": "1"], false, true),
            (["FORCE_COLOR": "0"], true, false),
            (["FORCE_COLOR": "1", "TERM": "dumb"], false, true),
            (["FORCE_COLOR": "1", "NO_COLOR": "1"], true, false),
        ] as [([String: String], Bool, Bool)]
    )
    func `are for terminals, unless variables say otherwise`(
        variables: [String: String],
        isTerminal: Bool,
        expected: Bool
    ) {
        #expect(Style.isColoured(noColor: false, variables, isTerminal: isTerminal) == expected)
        #expect(!Style.isColoured(noColor: true, variables, isTerminal: isTerminal))
    }

    @Test func `and COLUMNS wins over the terminal`() {
        #expect(Style.width(["COLUMNS": "100"], terminal: 80) == 100)
        #expect(Style.width(["COLUMNS": "x"], terminal: 80) == 80)
        #expect(Style.width([:], terminal: nil) == nil)
    }
}

@Suite struct `The squares of an operation` {
    @Test(arguments: [
        (3, 5, "running", "■■■◪□"), (0, 2, "scheduled", "◷□"), (2, 2, "completed", "■■"),
        (1, 3, "failed", "■✗□"),
        (0, 0, "parked", ""), (12, 20, "running", "12/20"), (1, 2, "ready", "■□"),
    ])
    func `show what is done and where it is`(done: Int, total: Int, status: String, squares: String) {
        let progress = OperationProgress(done: done, total: total)
        #expect(OperationTable.squares(progress, Status(status)) == squares)
    }
}
