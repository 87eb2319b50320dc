/// An error that knows the line that threw it, to compare with what the stack says.
struct SendFailed: Error, Equatable {
    let line: Int
}

/// An error with identity.
final class Refused: Error {
    let line: Int

    init(line: Int) {
        self.line = line
    }
}

/// Code of an imaginary application that throws in all the ways there are.
struct Receipt: Sendable {
    static let file = "Tests/BackOpsTests/StackTrace/Receipt.swift"

    @inline(never) func send() throws {
        throw SendFailed(line: #line)
    }

    @inline(never) func sendTyped() throws(SendFailed) {
        throw SendFailed(line: #line)
    }

    @inline(never) func refuse() throws {
        throw Refused(line: #line)
    }

    @inline(never) func sendAfterWaiting() async throws {
        await Task.yield()
        try send()
    }

    @inline(never) func sendLate() async throws {
        try await sendAfterWaiting()
    }

    @inline(never) func sendAndWrapAgain() throws {
        do { try send() } catch let error as SendFailed { throw error }
    }

    @inline(never) func sendAndRethrow() throws {
        do { try send() } catch { throw error }
    }

    @inline(never) func sendInGroup() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sendAfterWaiting() }
            try await group.waitForAll()
        }
    }
}
