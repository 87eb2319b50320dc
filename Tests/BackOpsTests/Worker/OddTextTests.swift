import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Logging
import TestSupport
import Testing

private struct Odd: Error, CustomStringConvertible {
    let description: String
}

@Suite(.backops) struct `A text that PostgreSQL cannot store as it is` {
    private struct Odds: OperationDefinition {
        static let name = "Odds"
        let text: String
        let gate: Gate
        var branches: [Branch] {
            Do("A") { context in
                context.progress(0.5, text)
                context.logger.error("\(text)", metadata: ["key\0": "\(text)"])
                await gate.wait()
                throw Odd(description: text)
            }
            .retry(.never)
        }
    }

    @Test(
        arguments: [
            "zero \0 inside", "\0", String(repeating: "long ", count: 500_000),
            "e" + String(repeating: "\u{301}", count: 200_000),
            String(decoding: [0x61, 0xE9, 0x62], as: UTF8.self),
            "\u{FFFF}\u{10FFFF}",
        ]
    )
    func `is stored without that, wherever it comes from`(text: String) async throws {
        let gate = Gate()
        try await withClient { client in
            let handle = try await client.enqueue(Odds.self)
            let worker = try BackOpsWorker.test {
                $0.attemptLogs = .onFailure()
            } operations: {
                Odds(text: text, gate: gate)
            }
            try await working(worker) { () async throws in
                try await eventually("its progress is there") {
                    try await handle.record().reportedProgress != nil
                }
                gate.open()
                _ = try await handle.result(timeout: .seconds(600))
            }
            let record = try await handle.record()
            #expect(record.error?.type == "Odd")
            let message = try #require(record.error?.message)
            #expect(message.utf8.count <= 8192)
            #expect(message == ErrorText.storable(text, limit: 8192))
            #expect(text.utf8.count < 20 || message.utf8.count > 8000)
            #expect(try await client.logs(of: handle.id).count == 1)
            try await client.retry(handle.id, reason: text)
            try await client.cancel(handle.id, reason: text)
            try await client.pause("default", reason: text)
            let reason = String(String.UnicodeScalarView(message.unicodeScalars.prefix(2000)))
            #expect(try await client.audit().contains { ($0.reason ?? "") == reason })
        }
    }
}
