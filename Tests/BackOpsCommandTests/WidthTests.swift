import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `On a terminal of any width` {
    private func prepare() async throws {
        for name in ["Greeting", "Stumbling"] { _ = try await Shell.backops(["enqueue", name]) }
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        _ = try await Shell.backops(["set", "2", "note=x", "--reason", "because somebody had asked for that"])
        _ = try await Shell.backops([
            "pause", "mail", "--for", "1h", "--reason", "the mail server is being restarted",
        ])
        _ = try await Shell.backops([
            "limit", "payments by credit card", "5", "--reason",
            "the provider asks us to go slowly until Monday",
        ])
        _ = try await Shell.backops([
            "rate", "payments by credit card", "5", "--burst", "10", "--reason",
            "the provider asks us to go slowly until Monday",
        ])
        // What the engine would make of a month with many failures.
        try await TestDatabase.current.script(
            """
            update operations set name = 'CustomerFulfilmentOfOrders' where id = 2;
            update actions set error_type = 'CardDeclinedError', error_message = 'the card of subscription 112 has expired'
             where operation_id = 2 and error_type is not null;
            update attempts set error_type = 'CardDeclinedError', error_message = 'the card of subscription 112 has expired',
                   worker = 'application-server-12.internal pid 17801'
             where operation_id = 2;
            """
        )
    }

    @Test(arguments: [60, 80, 100, 140])
    func `tables fit, and show what went wrong`(width: Int) async throws {
        try await prepare()
        for arguments in [
            ["list"], ["failures"], ["audit"], ["queues"], ["limits"], ["rates"], ["workers", "--jobs"],
            ["show", "2"],
            ["timeline", "2"],
            ["retry", "--state", "failed", "--dry-run"],
        ] {
            let text = try await Shell.backops(arguments, variables: ["COLUMNS": "\(width)"])
            for line in text.output.split(separator: "\n") {
                // A path stays whole.
                let isOneWord = !line.drop { $0 == " " }.contains(" ")
                #expect(TextWidth.of(line) <= width || isOneWord, "\(arguments) \(line)")
            }
        }
        let variables = ["COLUMNS": "\(width)"]
        for arguments in [["list"], ["failures"], ["show", "2"]] {
            let text = try await Shell.backops(arguments, variables: variables).output
            #expect(text.contains("CardDeclinedError: the c"), "\(arguments)\n\(text)")
        }
    }

    @Test func `a pipe has all of it`() async throws {
        try await prepare()
        let text = try await Shell.backops(["list"]).output
        #expect(text.contains("CardDeclinedError: the card of subscription 112 has expired"))
        #expect(text.contains("ACTIONS") && text.contains("AGE"))
    }

    @Test(arguments: [60, 80, 100, 140])
    func `prose is broken at words`(width: Int) async throws {
        try await prepare()
        for arguments in [
            ["explain", "1", "2", "3"], ["enqueue", "Greting"], ["pause", "nosuch"],
            ["list", "-d", "postgresql://127.0.0.1:1/nowhere"], ["retry", "1"],
        ] {
            let whole = try await Shell.backops(arguments)
            let wrapped = try await Shell.backops(arguments, variables: ["COLUMNS": "\(width)"])
            // Times and numbers are others a moment later.
            func words(_ text: String) -> [Substring] {
                text.replacing(#/\d+(\.\d+)?/#, with: "9").split(whereSeparator: \.isWhitespace)
            }
            #expect(words(wrapped.messages) == words(whole.messages), "\(arguments)")
            for line in wrapped.messages.split(separator: "\n") {
                #expect(
                    TextWidth.of(line) <= width || !line.drop { $0 == " " }.contains(" "),
                    "\(arguments) \(line)"
                )
            }
            for line in wrapped.output.split(separator: "\n") {
                #expect(TextWidth.of(line) <= width, "\(arguments) \(line)")
            }
        }
    }

    @Test(arguments: [20, 40, 60, 80])
    func `words stay whole, and so do commands`(width: Int) {
        let text =
            "Start one: the program with your definitions, or `backops run-from 2 main/Charge`, as you like it best."
        let lines = WrappedText.lines(text, width, first: "→ ", rest: "  ")
        #expect(lines.map { $0.dropFirst(2) }.joined(separator: " ") == text)
        #expect(lines.contains { $0.contains("`backops run-from 2 main/Charge`") })
        for line in lines where !line.contains("`") { #expect(TextWidth.of(line) <= width) }
    }
}
