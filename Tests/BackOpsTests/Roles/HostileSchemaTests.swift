import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// Somebody who may create objects in another schema, or temporary ones, puts them in the way of the engine's functions.
    @Suite struct `Hostile objects on the search_path` {
        private static let traps = """
            create schema hostile_trap;
            create function hostile_trap.clock_now() returns timestamptz language plpgsql as 'begin raise exception using errcode = ''TRAP1''; end';
            create function hostile_trap.now() returns timestamptz language plpgsql as 'begin raise exception using errcode = ''TRAP1''; end';
            create function hostile_trap.patched(jsonb, jsonb) returns jsonb language plpgsql as 'begin raise exception using errcode = ''TRAP1''; end';
            create function hostile_trap.format(text, variadic "any") returns text language internal as 'text_format';
            create function hostile_trap.sees_secrets() returns boolean language sql as 'select true';
            create function hostile_trap.caller() returns text language sql as 'select ''postgres''';
            create function hostile_trap.never(bigint, bigint) returns boolean language plpgsql as 'begin raise exception using errcode = ''TRAP1''; end';
            create operator hostile_trap.= (leftarg = bigint, rightarg = bigint, function = hostile_trap.never);
            create function hostile_trap.never(text, text) returns boolean language plpgsql as 'begin raise exception using errcode = ''TRAP1''; end';
            create operator hostile_trap.= (leftarg = text, rightarg = text, function = hostile_trap.never);
            create table hostile_trap.operations (id bigint); create table hostile_trap.jobs (operation_id bigint);
            grant usage on schema hostile_trap to public;
            """

        private static let temporary = """
            create temporary table operations (id bigint, name text, state text);
            create temporary table jobs (operation_id bigint);
            create temporary table queues (name text, paused_at timestamptz, paused_until timestamptz);
            create temporary table secret_keys (name text, key text);
            create temporary table workers (id bigint);
            """

        @Test func `are not found by functions and views that run with the owner's rights`() async throws {
            let engine = try await EngineDriver.start()
            let schema = TestDatabase.current.schema
            let trap = "\(schema)_trap"
            try await engine.query("insert into secret_keys values ('Flow', 'card')")
            let id = try await engine.enqueue("Flow", #"{"card": "4111"}"#)
            try await withRoles { connection in
                try await connection.script(Self.traps.replacing("hostile_trap", with: trap))
                try await connection.script(Self.temporary)
                // Temporary tables come first unless the path says otherwise.
                let path = "set search_path = pg_temp, \(trap), pg_catalog"
                let calls: [(role: String, call: String)] = [
                    ("worker", "select * from %.claim(\(engine.worker))"),
                    ("worker", "select * from %.heartbeat(\(engine.worker))"),
                    ("worker", "select %.next_due(\(engine.worker))"),
                    ("enqueue", #"select %.enqueue('Flow', '{"n": 1}')"#),
                    ("enqueue", "insert into %.operations (name) values ('Flow')"),
                    ("operator", "select id from %.cancel(\(id), 'why')"),
                    ("operator", "select id from %.retry(\(id))"),
                    ("operator", "select * from %.retry_where('Flow')"),
                    ("operator", "select * from %.pause('mail')"),
                    ("operator", "select * from %.resume('mail')"),
                    ("operator", "select * from %.invariants()"),
                    ("reader", "select * from %.operation_status"), ("reader", "select * from %.queue_depth"),
                    ("reader", "select * from %.stuck"), ("reader", "select * from %.failures"),
                    ("reader", "select * from %.worker_status"), ("reader", "select * from %.timeline"),
                    ("reader", "select * from %.explain(\(id))"), ("reader", "select * from %.flow(\(id))"),
                    ("reader", "select * from %.help"),
                ]
                for (role, call) in calls {
                    try await connection.acting(as: role) {
                        try await connection.script(path)
                        _ = try await connection.query(
                            SQLStatement(unescaped: call.replacing("%", with: schema))
                        )
                        try await connection.script("reset search_path")
                    }
                }
                try await connection.acting(as: "reader") {
                    try await connection.script(path)
                    let rows = try await connection.query(
                        "select globals::text from \(unescaped: schema).operation_status where id operator(pg_catalog.=) \(id)"
                    )
                    #expect(try rows.first?.decode(0, as: String.self) == #"{"card": "[secret]"}"#)
                }
                try await connection.script("reset search_path; drop schema \(trap) cascade")
            }
        }
    }
}
