import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The page "Approvals"` {
        private static let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/Approvals.md")

        private static var statements: [String] {
            get throws {
                try String(contentsOf: page, encoding: .utf8).matches(of: #/```sql\n([\s\S]*?)```/#)
                    .flatMap { $0.output.1.split(separator: ";\n") }
                    .map { String($0).replacing("backops.", with: "") }
            }
        }

        private func worker() async throws -> EngineDriver {
            for statement in try Self.statements.prefix(3) {
                try await TestDatabase.current.query(SQLStatement(unescaped: statement))
            }
            return try await EngineDriver.start(handlers: [
                "Refund/Check", "Refund/Pay", "Refund/AskTheBoss", "RemindApprovers/A",
            ])
        }

        @Test func `has only statements that work`() async throws {
            let statements = try Self.statements
            #expect(statements.count == 11)
            let engine = try await worker()
            let plan = #"{"main": [["W", {"approval": "refund", "rejected": "go_on"}], "Pay"]}"#
            for id in [48213, 48214] {
                try await engine.query(
                    "insert into operations (id, name, branches) values (\(Int64(id)), 'Own', \(plan)::json)"
                )
            }
            #expect(try await engine.drain() == ["main/Check"])
            for statement in statements.dropFirst(3) {
                try await engine.query(SQLStatement(unescaped: statement))
            }
            #expect(try await engine.approvals(48213) == ["refund rejected bob@example.com"])
            #expect(try await engine.approvals(48214) == ["refund pending"])
        }

        @Test func `has a plan that does what it says`() async throws {
            let engine = try await worker()
            let statements = try Self.statements
            let id: Int64 = try await engine.value("select id from operations")
            #expect(try await engine.drain() == ["main/Check"])
            let inbox = try await engine.query(SQLStatement(unescaped: statements[3]))
            #expect(
                try inbox.map { try $0.decode("question", as: String.self) } == [
                    "Refund 1999 cents of order 42?"
                ]
            )
            try await engine.travel(by: "24 hours")
            #expect(try await engine.drain().isEmpty)
            let reminder: String = try await engine.value(
                "select globals -> 'approval' ->> 'question' from operations where name = 'RemindApprovers' and tags[1] like 'approval/%'"
            )
            #expect(reminder == "Refund 1999 cents of order 42?")
            let decision = try await engine.query(SQLStatement(unescaped: statements[4]))
            #expect(try decision.first?.decode("decided_by", as: String.self) == "ann@example.com")
            #expect(try await engine.drain() == ["main/Pay"])
            #expect(try await engine.outcomes(id).first == "approve_refund approved ann@example.com")
            try await engine.query("select run_from(\(id), 'main', 'approve_refund')")
            try await engine.travel(by: "48 hours")
            #expect(try await engine.drain() == ["escalate/AskTheBoss"])
            #expect(try await engine.place(id) == "waiting escalate/approve_late")
        }
    }
}
