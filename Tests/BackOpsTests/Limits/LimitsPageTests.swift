import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The page "Limits"` {
        private static let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/BackOps/BackOps.docc/Limits.md")

        private static var statements: [String] {
            get throws {
                try String(contentsOf: page, encoding: .utf8).matches(of: #/```sql\n([\s\S]*?)```/#)
                    .flatMap { $0.output.1.split(separator: ";\n") }
                    .map { String($0).replacing("backops.", with: "") }
            }
        }

        /// What a statement of the page answers: the first column of its rows.
        @discardableResult
        private func run(_ number: Int, _ engine: EngineDriver) async throws -> PQResult {
            try await engine.query(SQLStatement(unescaped: try Self.statements[number]))
        }

        private func worker() async throws -> EngineDriver {
            let engine = try await EngineDriver.start(handlers: [
                "Fulfilment/Pack", "Fulfilment/Charge", "Fulfilment/Ship",
            ])
            for number in 0...1 { try await run(number, engine) }
            return engine
        }

        @Test func `has only statements that work`() async throws {
            let statements = try Self.statements
            #expect(statements.count == 30)
            let engine = try await worker()
            try await engine.query(
                """
                insert into operations (id, name, branches) overriding system value
                  values (48214, 'Own', '{"main": [["A", {"limit": {"name": "own", "max": 1}}]]}')
                """
            )
            for number in 2..<statements.count { try await run(number, engine) }
        }

        @Test func `has a plan that does what it says`() async throws {
            let engine = try await worker()
            let jobs = try await engine.claim(10)
            #expect(jobs.count == 2)
            let status = try await run(2, engine)
            #expect(
                try status.map { row in
                    "\(try row.decode("name", as: String.self)) \(try row.decode("holding", as: Int64.self)) \(try row.decode("waiting", as: Int64.self))"
                } == ["orders 2 1", "stripe 0 0"]
            )
            let places: [String] = try await engine.values(
                "select globals ->> 'customer' || ' ' || status from operation_status order by id"
            )
            #expect(places == ["ann running", "ann waiting", "bob running"])
            let second: Int64 = try await engine.value(
                "select max(id) from operation_status where status = 'waiting'"
            )
            let ahead: String = try await engine.value("select detail from explain(\(second))")
            #expect(ahead.contains("number 1 in line, 1 of 1 held by operations \(second - 1)"))
            for job in jobs { try await engine.complete(job) }
            #expect(try await engine.drain().count == 7)
            #expect(try await engine.values("select distinct state from operation_status") == ["completed"])
            let gates: Int64 = try await engine.value("select count(*) from limit_lines")
            #expect(gates == 0)
        }

        @Test func `has rates whose numbers hold until they are reset, and that are closed and opened`()
            async throws
        {
            let engine = try await worker()
            for number in 12...13 { try await run(number, engine) }
            _ = try await engine.claim(1000)
            let status = try await run(14, engine)
            #expect(
                try status.map { row in
                    "\(try row.decode("name", as: String.self)) \(try row.decode("count", as: Int32.self)) \(try row.decode("burst", as: Int32.self))"
                } == ["shop-api 60 1", "stripe-api 100 10"]
            )
            #expect(try await engine.value("select count from rates where name = 'stripe-api'") == Int32(100))
            for (number, count) in [(15, 50), (16, 100)] {
                let row = try #require(try await run(number, engine).first)
                #expect(try row.decode("count", as: Int32.self) == Int32(count))
            }
            for (number, closed) in [(17, Int64(1)), (18, 0)] {
                try await run(number, engine)
                #expect(
                    try await engine.value("select closed from rate_status where name = 'stripe-api'")
                        == closed
                )
            }
            func consume() async throws -> PQTimestamp? {
                try #require(try await run(20, engine).first).decode(0, as: PQTimestamp?.self)
            }
            #expect(try await consume() == nil)
            #expect(try await consume() != nil)
        }

        @Test func `has one that keeps the latest of those who wait`() async throws {
            let engine = try await EngineDriver.start(handlers: ["/Count"])
            for _ in 1...3 { try await run(6, engine) }
            #expect(try await engine.claimed() == [1])
            #expect(
                try await engine.values("select state from operations order by id", as: String.self)
                    == ["active", "cancelled", "active"]
            )
        }

        @Test func `has numbers that hold until they are reset`() async throws {
            let engine = try await worker()
            for (number, maximum) in [(3, 5), (4, 0), (5, 20)] {
                let row = try #require(try await run(number, engine).first)
                #expect(try row.decode("maximum", as: Int32.self) == Int32(maximum))
            }
            let audit = try await run(10, engine)
            #expect(
                try audit.map { try $0.decode("action", as: String.self) } == [
                    "reset_limit", "set_limit", "set_limit",
                ]
            )
        }
    }
}
