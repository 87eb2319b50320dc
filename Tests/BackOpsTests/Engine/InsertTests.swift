import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An INSERT` {
        @Test func `starts operations, one or many, with their whole plan visible`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B"], "side": ["S"]}"#)
            let ids = try await engine.enqueue(3)
            for id in ids {
                #expect(try await engine.actions(id) == ["main/A ready", "main/B open", "side/S open"])
            }
            #expect(try await engine.claim(10).map(\.operation) == ids)
        }

        @Test func `by COPY is enough`() async throws {
            let engine = try await EngineDriver.start()
            let rows = Array("Flow\t{\"n\": 1}\nFlow\t{\"n\": 2}\n".utf8)
            let count = try await engine.connection.copyIn(
                "copy operations (name, globals) from stdin",
                chunks: [rows]
            )
            #expect(count == 2)
            #expect(try await engine.claim(10).map(\.globals) == [#"{"n": 1}"#, #"{"n": 2}"#])
        }

        @Test func `may be ON CONFLICT DO NOTHING or DO UPDATE`() async throws {
            let engine = try await EngineDriver.start()
            let insert =
                "insert into operations (name, key) values ('Flow', 'k'), ('Flow', 'l') on conflict (name, key) where key is not null"
            try await engine.query("insert into operations (name, key) values ('Flow', 'k')")
            try await engine.query(SQLStatement(unescaped: insert + " do nothing"))
            try await engine.query(SQLStatement(unescaped: insert + " do update set tags = '{again}'"))
            #expect(try await engine.value("select count(*) from operations", as: Int.self) == 2)
            #expect(try await engine.value("select count(*) from actions", as: Int.self) == 6)
            #expect(try await engine.claim(10).count == 2)
        }

        @Test func `inside a transaction that is rolled back leaves nothing`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.connection.script(
                "begin; insert into operations (name) values ('Flow'); rollback"
            )
            let left = "select (select count(*) from jobs) + (select count(*) from actions)" as SQLStatement
            #expect(try await engine.value(left, as: Int.self) == 0)
        }

        @Test func `needs the right to INSERT and no other`() async throws {
            let engine = try await EngineDriver.start()
            let schema = TestDatabase.current.schema
            let role = schema + "_enqueuer"
            try await engine.connection.script(
                """
                create role \(role);
                grant usage on schema \(schema) to \(role);
                grant insert on operations to \(role);
                set session authorization \(role);
                insert into operations (name, globals) values ('Flow', '{"n": 1}');
                """
            )
            await expectRefusal("42501") { try await engine.query("select * from operations") }
            await expectRefusal("42501") { try await engine.query("delete from jobs") }
            try await engine.connection.script(
                "reset session authorization; drop owned by \(role); drop role \(role)"
            )
            #expect(try await engine.value("select enqueued_by from operations", as: String.self) == role)
            #expect(try await engine.drain().count == 3)
        }

        @Test func `brings its own plan in branches`() async throws {
            let engine = try await EngineDriver.start(handlers: ["/A", "/B", "/S"])
            let id: Int64 = try await engine.value(
                #"insert into operations (name, branches) values ('Ad hoc', '{"side": ["S"], "main": ["A", ["B", {"max_attempts": 1}]]}') returning id"#
            )
            #expect(
                try await engine.drain(jumps: ["main/A": ("side", nil)]) == ["main/A", "side/S", "main/B"]
            )
            #expect(try await engine.state(id) == "completed")
            #expect(
                try await engine.value("select max_attempts from actions where name = 'B'", as: Int.self) == 1
            )
        }

        @Test func `with branches of its own does not need the name to be unknown`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query(
                #"insert into operations (name, branches) values ('Flow', '{"main": ["C", "A"]}')"#
            )
            #expect(try await engine.drain() == ["main/C", "main/A"])
        }

        @Test func `of several names, known, unknown and with branches of their own, starts each its way`()
            async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.query(#"select register_definition('Other', '{"main": ["C"]}')"#)
            try await engine.query(
                """
                insert into operations (name, branches) values
                  ('Flow', null), ('Nobody', null), ('Own', '{"main": ["A"]}'), ('Other', null), ('Own', '{"main": ["B", "A"]}'),
                  ('Flow', '{"main": ["A"]}'), ('Flow', null)
                """
            )
            let rows = try await engine.query(
                """
                select format('%s %s %s', o.name, j.handler, (select count(*) from actions where operation_id = o.id)),
                       o.parked_at is not null
                  from operations o
                  join jobs j on j.operation_id = o.id
                 order by o.id
                """
            ).decode(as: String.self, Bool.self)
            #expect(
                rows.map(\.0) == [
                    "Flow Flow/A 3", "Nobody Nobody/ 0", "Own /A 1", "Other Other/C 1", "Own /B 2",
                    "Flow /A 1",
                    "Flow Flow/A 3",
                ]
            )
            #expect(rows.map(\.1) == [false, true, false, false, false, false, false])
        }

        @Test func `gets the plan that was registered last, and keeps it`() async throws {
            let engine = try await EngineDriver.start()
            let old = try await engine.enqueue()
            try await engine.query(#"select register_definition('Flow', '{"main": ["C", "A"]}')"#)
            let new = try await engine.enqueue()
            #expect(try await engine.actions(old).count == 3)
            #expect(try await engine.actions(new) == ["main/C ready", "main/A open"])
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C", "main/C", "main/A"])
        }
    }

    @Suite struct `A key` {
        @Test func `makes a second enqueue return the first one's id and change nothing`() async throws {
            let engine = try await EngineDriver.start()
            let first: Int64 = try await engine.value(#"select enqueue('Flow', '{"n": 1}', key => 'k')"#)
            let second: Int64 = try await engine.value(
                #"select enqueue('Flow', '{"n": 2}', key => 'k', priority => 1)"#
            )
            #expect(first == second)
            #expect(try await engine.globals(first) == #"{"n": 1}"#)
            #expect(try await engine.value("select priority from jobs", as: Int16.self) == 5)
        }

        @Test func `holds after the operation has ended, for as long as its row exists`() async throws {
            let engine = try await EngineDriver.start()
            let first: Int64 = try await engine.value("select enqueue('Flow', key => 'k')")
            try await engine.drain()
            #expect(try await engine.value("select enqueue('Flow', key => 'k')", as: Int64.self) == first)
            #expect(try await engine.state(first) == "completed")
        }

        @Test func `belongs to a name`() async throws {
            let engine = try await EngineDriver.start()
            let first: Int64 = try await engine.value("select enqueue('Flow', key => 'k')")
            #expect(try await engine.value("select enqueue('Other', key => 'k')", as: Int64.self) != first)
        }

        @Test func `given twice in a batch counts once, for its first document`() async throws {
            let engine = try await EngineDriver.start()
            let old: Int64 = try await engine.value("select enqueue('Flow', key => 'c')")
            let rows = try await engine.query(
                """
                select id, created from enqueue_many('Flow', array['{"n": 1}', '{"n": 2}', '{"n": 3}', '{"n": 4}', '{"n": 5}']::jsonb[],
                                                     array['b', 'a', 'b', null, 'c'])
                """
            ).decode(as: Int64.self, Bool.self)
            #expect(rows.map(\.1) == [true, true, false, true, false])
            #expect(rows[0].0 == rows[2].0 && rows[4].0 == old)
            #expect(try await engine.globals(rows[0].0) == #"{"n": 1}"#)
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 4)
        }

        @Test func `is checked for a whole batch at once, and burns no number for one that is taken`()
            async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.query("select enqueue_many('Flow', array['{}', '{}']::jsonb[], array['z', 'y'])")
            let rows = try await engine.query(
                """
                select id, created from enqueue_many('Flow', array['{"n": 1}', '{"n": 2}', '{"n": 3}', '{"n": 4}', '{"n": 5}']::jsonb[],
                                                     array['c', null, 'y', 'a', null])
                """
            ).decode(as: Int64.self, Bool.self)
            #expect(rows.map(\.0) == [3, 4, 2, 5, 6])
            #expect(rows.map(\.1) == [true, true, false, true, true])
            #expect(try await engine.globals(5) == #"{"n": 4}"#)
            #expect(try await engine.enqueue() == 7)
        }

        @Test func `of a batch may come with times, of which each counts for its own operation`() async throws
        {
            let engine = try await EngineDriver.start()
            for keys in ["null", "array['a', 'b']"] {
                let ids = try await engine.values(
                    """
                    select id from enqueue_many('Flow', array['{}', '{}']::jsonb[], \(unescaped: keys), perform_in => '1 day',
                                                times => array['2100-01-01 00:00+00', null]::timestamptz[])
                    """,
                    as: Int64.self
                )
                let rows = try await engine.query(
                    """
                    select run_at = '2100-01-02 00:00+00', run_at between clock_now() + '23 h' and clock_now() + '25 h'
                      from jobs where operation_id = any (\(ids)) order by operation_id
                    """
                ).decode(as: Bool.self, Bool.self)
                #expect(rows.map(\.0) == [true, false])
                #expect(rows.map(\.1) == [false, true])
            }
        }

        @Test func `refuses a plain INSERT of a duplicate`() async throws {
            let engine = try await EngineDriver.start()
            let insert: SQLStatement = "insert into operations (name, key) values ('Flow', 'k')"
            try await engine.query(insert)
            let error = await expectRefusal("23505") { try await engine.query(insert) }
            #expect(error?.constraint == "operations_name_key_idx")
        }

        @Test func `is one operation for many sessions at once`() async throws {
            let database = TestDatabase.current
            _ = try await EngineDriver.start()
            let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for number in 0..<6 {
                    group.addTask {
                        let keys = number.isMultiple(of: 2) ? ["x", "y", "z"] : ["z", "y", "x"]
                        let documents = keys.map { _ in PQJSON("{}") }
                        let rows = try await database.query(
                            "select id from enqueue_many('Flow', \(documents), \(keys))"
                        )
                        let one: Int64 = try await database.value("select enqueue('Flow', key => 'w')")
                        return try rows.map { try $0.decode(0, as: Int64.self) } + [one]
                    }
                }
                return try await group.reduce(into: Set<Int64>()) { $0.formUnion($1) }
            }
            #expect(ids.count == 4)
            #expect(try await database.value("select count(*) from jobs", as: Int.self) == 4)
        }

        @Test func `list must be as long as that of the documents`() async throws {
            let engine = try await EngineDriver.start()
            await expectRefusal("OP004") {
                try await engine.query("select enqueue_many('Flow', array['{}']::jsonb[], array['a', 'b'])")
            }
        }

        @Test func `is not needed: many documents become many operations, in their order`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.values(
                #"select id from enqueue_many('Flow', array['{"n": 1}', '{"n": 2}']::jsonb[])"#,
                as: Int64.self
            )
            #expect(try await engine.globals(ids[1]) == #"{"n": 2}"#)
        }
    }
}
