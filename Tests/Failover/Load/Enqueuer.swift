import BackOps
import Foundation
import LibPQ

/// Enqueues operations at a rate, and says on standard output what the database answered.
///
/// A line is `acked MILLISECONDS KEY ID`, or `unknown` or `refused` with `MILLISECONDS KEY REASON`. Whatever was not
/// acknowledged is sent again under the same key, as a caller should, until it is.
struct Enqueuer {
    private let client: BackOpsClient
    private let rate: Int

    /// Some calls are on their way whenever the database fails.
    private static let callers = 4

    init(_ database: BackOpsDatabase, rate: Int) {
        client = BackOpsClient(database)
        self.rate = rate
    }

    func run(from first: Int) async throws {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<Self.callers {
                group.addTask { await self.call(from: first + caller) }
            }
        }
    }

    private func call(from first: Int) async {
        var number = first
        while !Task.isCancelled {
            await enqueue("payment-\(number)")
            number += Self.callers
            try? await Task.sleep(for: .seconds(1) * Self.callers / rate)
        }
    }

    private func enqueue(_ key: String) async {
        while true {
            do {
                var request = OperationRequest("Payment")
                request.key = key
                let handle = try await client.enqueue(request)
                return say("acked", key, "\(handle.id)")
            } catch {
                say(Self.isInDoubt(error) ? "unknown" : "refused", key, "\(error)")
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Whether the operation may be there in spite of the error.
    private static func isInDoubt(_ error: any Error) -> Bool {
        let cause = (error as? BackOpsError)?.underlying as? PQError ?? error as? PQError
        return switch cause?.code {
        case .unknownCommit, .connectionLost, .timedOut: true
        default: false
        }
    }

    private func say(_ outcome: String, _ key: String, _ detail: String) {
        let milliseconds = Int64(Date().timeIntervalSince1970 * 1000)
        let line = "\(outcome) \(milliseconds) \(key) \(detail.replacing("\n", with: " "))\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}
