import BackOps
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A failure without a stack` {
    private func text(
        _ setting: StackTraces = .onFailure(),
        _ body: () async throws -> Void
    ) async -> String? {
        guard case .threw(_, let trace) = await recordingThrows(setting, body) else { return nil }
        return trace.text()
    }

    @Test func `says so when stack traces are off`() async {
        let text = await text(.off) { try Receipt().send() }
        #expect(text == "no stack trace: the setting stackTraces is off")
    }

    @Test func `says so when a detached task threw`() async {
        let text = await text {
            try await Task.detached { try Receipt().refuse() }.value
        }
        #expect(text?.hasPrefix("no stack trace: the error was thrown in a detached task, or ") == true)
    }

    @Test(arguments: FailureTrace.MissingReason.allCases)
    func `is described in one line`(reason: FailureTrace.MissingReason) {
        let text = FailureTrace.missing(reason).text()
        #expect(text.hasPrefix("no stack trace: "))
        #expect(!text.contains("\n"))
    }
}
