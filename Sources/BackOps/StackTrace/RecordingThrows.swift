/// What came out of a body whose throws were recorded.
package enum RecordedOutcome<Value> {
    case returned(Value)
    case threw(any Error, FailureTrace)
}

extension RecordedOutcome: Sendable where Value: Sendable {}

/// Runs `body` and remembers where the error that comes out of it was thrown.
///
/// Throws in child tasks and in `Task {}` belong to the body that started them, those in
/// `Task.detached` to nobody. The errors are held at most until this function returns.
///
/// - Parameters:
///   - setting: Whether to record, and how many frames to keep.
///   - body: Runs in the caller's isolation; called once.
/// - Returns: The value of `body`, or its error and where it was thrown.
package func recordingThrows<Value>(
    _ setting: StackTraces,
    _ body: () async throws -> Value
) async -> RecordedOutcome<Value> {
    guard case .onFailure(let limit) = setting else {
        do { return .returned(try await body()) } catch { return .threw(error, .missing(.turnedOff)) }
    }
    guard ThrowHook.isInstalled else {
        do { return .returned(try await body()) } catch { return .threw(error, .missing(.unsupported)) }
    }
    let recorder = ThrowRecorder(limit: max(1, limit))
    defer { recorder.close() }
    do {
        return .returned(try await ThrowRecorder.$current.withValue(recorder) { try await body() })
    } catch {
        return .threw(error, recorder.trace(of: error))
    }
}
