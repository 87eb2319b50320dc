import BackOps
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The thread that looks up names` {
    /// Names the thread as `/proc` does: `4711/task/4712`.
    private func thread(of symbols: SymbolThread) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            symbols.run {
                continuation.resume(
                    with: Result {
                        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
                    }
                )
            }
        }
    }

    // The runtime keeps what it has read of a binary for each thread: another one would read it again.
    @Test func `stays from one failure to the next`() async throws {
        let symbols = SymbolThread()
        let first = try await thread(of: symbols)
        for _ in 1...20 {
            await Task.yield()
            #expect(try await thread(of: symbols) == first)
        }
    }

    @Test func `does its work in order, and all of it, also when nobody needs it any more`() async {
        let order = await withCheckedContinuation { continuation in
            let symbols = SymbolThread()
            let collected = Collected()
            for number in 1...100 { symbols.run { collected.add(number) } }
            symbols.run { continuation.resume(returning: collected.numbers) }
        }
        #expect(order == Array(1...100))
    }

    @Test func `ends with its owner`() async throws {
        var symbols: SymbolThread? = SymbolThread()
        let id = try await thread(of: #require(symbols))
        symbols = nil
        try await eventually("the thread is gone") { !FileManager.default.fileExists(atPath: "/proc/\(id)") }
    }
}

/// Numbers in the order in which they came.
private final class Collected: Sendable {
    private let state = Mutex<[Int]>([])
    var numbers: [Int] { state.withLock { $0 } }
    func add(_ number: Int) { state.withLock { $0.append(number) } }
}
