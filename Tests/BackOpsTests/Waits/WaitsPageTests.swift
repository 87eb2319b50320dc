import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The page "Waits and signals"` {
        private static let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/Waits.md")

        private static var statements: [String] {
            get throws {
                try String(contentsOf: page, encoding: .utf8).matches(of: #/```sql\n([\s\S]*?)```/#)
                    .flatMap { $0.output.1.split(separator: ";\n") }
                    .map { String($0).replacing("backops.", with: "") }
            }
        }

        @Test func `has only statements that work`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["Pay"]}"#)
            try await engine.query(
                #"insert into operations (id, name, branches) values (48213, 'Own', '{"main": [["S", {"sleep": 60}], ["W", {"wait_for": "x"}], "Pay"]}')"#
            )
            let statements = try Self.statements
            #expect(statements.count == 14)
            for statement in statements { try await engine.query(SQLStatement(unescaped: statement)) }
            #expect(try await engine.waits(48213) == ["S woken", "W skipped"])
        }

        @Test func `has a plan that does what it says`() async throws {
            let engine = try await EngineDriver.start()
            let statements = try Self.statements
            for statement in statements.prefix(2) {
                try await engine.query(SQLStatement(unescaped: statement))
            }
            let worker = try await EngineDriver.start(handlers: [
                "Refund/Check", "Refund/Pay", "Refund/AskTheBoss",
            ])
            #expect(try await worker.drain() == ["main/Check"])
            try await worker.travel(by: "1 hour")
            #expect(try await worker.drain().isEmpty)
            try await worker.travel(by: "2 days")
            #expect(try await worker.drain() == ["escalate/AskTheBoss"])
            #expect(
                try await worker.value(SQLStatement(unescaped: statements[2]), as: String.self) == "delivered"
            )
            #expect(try await worker.drain() == ["main/Pay"])
        }
    }
}
