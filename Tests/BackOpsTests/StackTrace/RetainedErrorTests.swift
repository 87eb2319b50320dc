import BackOps
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Holding on to thrown errors` {
    /// Counts the errors alive; a class, so that they have a deinit.
    private final class Census: Sendable {
        private let alive = Mutex(0)

        var count: Int { alive.withLock { $0 } }

        func add(_ number: Int) {
            alive.withLock { $0 += number }
        }
    }

    private final class Counted: Error {
        let census: Census

        init(_ census: Census) {
            self.census = census
            census.add(1)
        }

        deinit {
            census.add(-1)
            // Releasing an error may throw and catch another.
            try? Receipt().send()
        }
    }

    @inline(never) private func throwOne(_ census: Census) throws {
        throw Counted(census)
    }

    @Test func `errors that the body catches do not pile up`() async {
        let census = Census()
        _ = await recordingThrows(.onFailure()) {
            for _ in 1...1_000 { try? throwOne(census) }
            #expect(census.count <= 8)
        }
    }

    @Test func `nothing is held when the body has ended`() async {
        let census = Census()
        _ = await recordingThrows(.onFailure()) {
            for _ in 1...5 { try? throwOne(census) }
        }
        #expect(census.count == 0)
    }

    @Test func `the trace does not hold its error`() async {
        let census = Census()
        var trace: FailureTrace?
        if case .threw(_, let recorded) = await recordingThrows(.onFailure(), { try throwOne(census) }) {
            trace = recorded
        }
        #expect(census.count == 0)
        #expect(trace?.text().contains(".throwOne(_:) at Tests/BackOpsTests/") == true)
    }

    @Test func `a task that outlives its body holds nothing`() async throws {
        let census = Census()
        let (signal, start) = AsyncStream.makeStream(of: Void.self)
        let outcome = await recordingThrows(.onFailure()) {
            Task {
                for await _ in signal { break }
                try? throwOne(census)
                return census.count
            }
        }
        guard case .returned(let task) = outcome else { return }
        start.yield()
        #expect(await task.value == 0)
    }
}
