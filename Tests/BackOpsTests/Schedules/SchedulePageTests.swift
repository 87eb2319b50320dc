import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The page "Schedules"` {
        private static var statements: [String] {
            get throws {
                let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                    .deletingLastPathComponent()
                    .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/Schedules.md")
                return try String(contentsOf: page, encoding: .utf8).matches(of: #/```sql\n([\s\S]*?)```/#)
                    .flatMap { $0.output.1.split(separator: ";\n") }
                    .map { String($0).replacing("backops.", with: "") }
            }
        }

        @Test func `has only statements that work`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#, name: "Report")
            try await engine.travel(to: "2026-12-01 12:00+00")
            let statements = try Self.statements
            #expect(statements.count == 12)
            for statement in statements { try await engine.query(SQLStatement(unescaped: statement)) }
            #expect(try await engine.values("select name from schedules") == ["sync"])
        }
    }
}
