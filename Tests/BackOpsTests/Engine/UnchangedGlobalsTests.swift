import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// Large globals cost more than the rest of an action, so a worker that says what it has is told of changes only.
    @Suite struct `Globals that the worker has already` {
        private static let plan = #"{"main": ["A", "B", "C", "D"]}"#

        /// What is handed on after an action: its claim, and the globals with their version.
        private struct Handed {
            let claim: Int64
            let globals: String?
            let version: Int64?
        }

        private func claim(_ engine: EngineDriver) async throws -> (operation: Int64, Handed) {
            let row = try #require(
                try await engine.query(
                    "select operation_id, claim_id, globals::text, globals_version from claim(\(engine.worker))"
                ).first
            )
            return (
                try row.decode(0),
                Handed(claim: try row.decode(1), globals: try row.decode(2), version: try row.decode(3))
            )
        }

        private func complete(
            _ engine: EngineDriver,
            _ operation: Int64,
            _ held: Handed,
            patch: String? = nil,
            knowing version: Int64?
        ) async throws -> Handed {
            let row = try #require(
                try await engine.query(
                    """
                    select next_claim_id, globals::text, globals_version
                      from complete_many(\(engine.worker), \([operation]), \([held.claim]), array[\(patch as String?)::jsonb],
                                         '{null}', true, \([version] as [Int64?]))
                    """
                ).first
            )
            return Handed(claim: try row.decode(0), globals: try row.decode(1), version: try row.decode(2))
        }

        @Test func `do not come again with the next action`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue("Flow", #"{"n": 1}"#)
            let (operation, first) = try await claim(engine)
            #expect(first.globals == #"{"n": 1}"#)
            let second = try await complete(engine, operation, first, knowing: first.version)
            #expect(second.globals == nil)
            #expect(second.version == first.version)
            let third = try await complete(engine, operation, second, knowing: second.version)
            #expect(third.globals == nil)
        }

        @Test func `come to whoever does not say what it has`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue("Flow", #"{"n": 1}"#)
            let (operation, first) = try await claim(engine)
            #expect(try await complete(engine, operation, first, knowing: nil).globals == #"{"n": 1}"#)
        }

        @Test func `come after the action has changed them, and no more once the change is committed`()
            async throws
        {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue("Flow", #"{"n": 1}"#)
            let (operation, first) = try await claim(engine)
            let second = try await complete(
                engine,
                operation,
                first,
                patch: #"{"set": {"n": 2}}"#,
                knowing: first.version
            )
            #expect(second.globals == #"{"n": 2}"#)
            #expect(second.version == nil)
            let third = try await complete(engine, operation, second, knowing: second.version)
            #expect(third.globals == #"{"n": 2}"#)
            #expect(try await complete(engine, operation, third, knowing: third.version).globals == nil)
        }

        @Test(
            arguments: [
                #"checkpoint({w}, {o}, {c}, '{"set": {"n": 2}}')"#, "set_global({o}, 'n', '2')",
            ]
        ) func `come after somebody has changed them meanwhile`(change: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue("Flow", #"{"n": 1}"#)
            let (operation, first) = try await claim(engine)
            let call = change.replacing("{w}", with: "\(engine.worker)").replacing(
                "{o}",
                with: "\(operation)"
            )
            .replacing("{c}", with: "\(first.claim)")
            try await engine.query("select \(unescaped: call)")
            let second = try await complete(engine, operation, first, knowing: first.version)
            #expect(second.globals == #"{"n": 2}"#)
            #expect(try await complete(engine, operation, second, knowing: second.version).globals == nil)
        }

        @Test(arguments: ["", "savepoint s"])
        func `come after one transaction has changed them twice`(savepoint: String) async throws {
            let engine = try await EngineDriver.start(Self.plan)
            try await engine.enqueue("Flow", #"{"n": 1}"#)
            let (operation, first) = try await claim(engine)
            try await engine.connection.script("begin; \(savepoint)")
            try await engine.query("select set_global(\(operation), 'n', '2')")
            let second = try await complete(engine, operation, first, knowing: first.version)
            #expect(second.globals == #"{"n": 2}"#)
            try await engine.query("select set_global(\(operation), 'n', '3')")
            try await engine.connection.script("commit")
            let third = try await complete(engine, operation, second, knowing: second.version)
            #expect(third.globals == #"{"n": 3}"#)
        }
    }
}
