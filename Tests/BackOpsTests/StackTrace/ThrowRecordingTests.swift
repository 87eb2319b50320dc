import BackOps
import Foundation
import LibPQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Recording where an error was thrown` {
    /// Records `body`, which must throw, and gives back its error and the lines of its trace.
    private func failure(
        _ setting: StackTraces = .onFailure(),
        _ body: () async throws -> Void
    ) async throws -> (error: any Error, lines: [String]) {
        guard case .threw(let error, let trace) = await recordingThrows(setting, body) else {
            throw NothingThrown()
        }
        return (error, trace.text().split(separator: "\n").map(String.init))
    }

    private struct NothingThrown: Error {}

    /// The frame of the function of ``Receipt`` that threw at `line`.
    private func frame(_ function: String, _ line: Int) -> String {
        "Receipt.\(function) at \(Receipt.file):\(line)"
    }

    @Test func `a body that returns gives its value`() async {
        guard case .returned(let value) = await recordingThrows(.onFailure(), { 42 }) else {
            Issue.record("an error came out")
            return
        }
        #expect(value == 42)
    }

    @Test func `the innermost frame is the line that threw`() async throws {
        let failure = try await failure { try Receipt().send() }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("send()", error.line))
        #expect(failure.lines.count > 1)
    }

    @Test func `callers of an asynchronous function follow`() async throws {
        let failure = try await failure { try await Receipt().sendLate() }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("send()", error.line))
        #expect(failure.lines.dropFirst(1).first?.hasPrefix("Receipt.sendAfterWaiting() at ") == true)
        #expect(failure.lines.dropFirst(2).first?.hasPrefix("Receipt.sendLate() at ") == true)
    }

    @Test func `a typed throw is found`() async throws {
        let failure = try await failure { try Receipt().sendTyped() }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("sendTyped()", error.line))
    }

    @Test func `an error that is an object is found`() async throws {
        let failure = try await failure { try Receipt().refuse() }
        let error = try #require(failure.error as? Refused)
        #expect(failure.lines.first == frame("refuse()", error.line))
    }

    @Test func `an error that is caught and thrown on keeps its first place`() async throws {
        let failure = try await failure { try Receipt().sendAndRethrow() }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("send()", error.line))
    }

    @Test func `an error thrown on in another box has both places`() async throws {
        let failure = try await failure { try Receipt().sendAndWrapAgain() }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == "thrown at:")
        #expect(failure.lines[1].hasPrefix("Receipt.sendAndWrapAgain() at "))
        let before = try #require(failure.lines.firstIndex(of: "an equal error was thrown before at:"))
        #expect(failure.lines[before + 1] == frame("send()", error.line))
    }

    @Test func `an error of Foundation shows who called it`() async throws {
        let failure = try await failure {
            _ = try JSONDecoder().decode([Int].self, from: Data("nonsense".utf8))
        }
        #expect(failure.error is DecodingError)
        #expect(failure.lines.first?.contains("StackTrace/ThrowRecordingTests.swift:") == true)
    }

    @Test func `a throw in a task group is found`() async throws {
        let failure = try await failure { try await Receipt().sendInGroup() }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("send()", error.line))
    }

    @Test func `a throw in an unstructured task is found`() async throws {
        let failure = try await failure {
            try await Task { try await Receipt().sendAfterWaiting() }.value
        }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("send()", error.line))
    }

    @Test func `an error handed to a continuation shows who waited for it`() async throws {
        let failure = try await failure {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                continuation.resume(throwing: Refused(line: #line))
            }
        }
        #expect(failure.lines.first?.contains("StackTrace/ThrowRecordingTests.swift:") == true)
    }

    @Test func `frames of the engine and the system are left out`() async throws {
        let failure = try await failure { try await Receipt().sendLate() }
        let noise = ["recordingThrows", "ThrowRecorder", "throw_hook", "willThrow", "swift_job", "thunk"]
        for word in noise {
            #expect(!failure.lines.contains { $0.contains(word) })
        }
    }

    @Test func `an error thrown by the engine alone shows the engine's frames`() async throws {
        let frames = [
            StackFrame(mangledName: "$s7BackOps6recordyyF", name: "record()", image: "shop"),
            StackFrame(mangledName: "swift_willThrow", name: "swift_willThrow", image: "shop"),
            StackFrame(mangledName: "$s7BackOps4ClawV4graByyKF", name: "Claw.grab()", image: "shop"),
            StackFrame(mangledName: "swift_job_run", name: "swift_job_run", image: "shop"),
        ]
        #expect(FailureTrace.lines(of: frames, limit: 24) == ["Claw.grab()"])
    }

    @Test func `no more frames are kept than asked for`() async throws {
        let failure = try await failure(.onFailure(limit: 1)) { try await Receipt().sendLate() }
        #expect(failure.lines.count == 1)
    }

    @Test func `the trace is that of the error that came out`() async throws {
        let failure = try await failure {
            for _ in 1...100 { try? Receipt().refuse() }
            try? Receipt().sendTyped()
            try Receipt().send()
        }
        let error = try #require(failure.error as? SendFailed)
        #expect(failure.lines.first == frame("send()", error.line))
    }

    @Test func `bodies that fail at the same time do not mix`() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...200 {
                group.addTask {
                    let failure = try await failure {
                        if number.isMultiple(of: 2) { try await Receipt().sendLate() }
                        await Task.yield()
                        try Receipt().refuse()
                    }
                    let function = number.isMultiple(of: 2) ? "send()" : "refuse()"
                    return failure.lines.first?.hasPrefix("Receipt.\(function) at ") == true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
