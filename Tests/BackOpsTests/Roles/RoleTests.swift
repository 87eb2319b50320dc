import BackOps
import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A role` {
        private let database = TestDatabase.current

        private func names(_ connection: PQConnection, _ query: SQLStatement) async throws -> [String] {
            try await connection.query(query).map { try $0.decode(0, as: String.self) }
        }

        @Test func `may read the tables and views that are listed for it, and write to none`() async throws {
            try await withRoles { connection in
                let relations = try await names(
                    connection,
                    """
                    select relname::text from pg_class
                     where relnamespace = \(database.schema)::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f')
                    """
                )
                #expect(Set(relations) == Set(RoleMatrix.readers.keys), "add it to RoleMatrix")
                for role in RoleMatrix.roles {
                    for relation in relations {
                        let isReader = RoleMatrix.readers[relation]?.contains(role) == true
                        try await connection.acting(as: role) {
                            let read: SQLStatement = "select * from \(unescaped: relation) limit 1"
                            if isReader {
                                _ = try await connection.query(read)
                            } else {
                                await expectRefusal("42501") { try await connection.query(read) }
                            }
                            if !relation.isView {
                                await expectRefusal("42501") {
                                    try await connection.query("delete from \(unescaped: relation)")
                                }
                            }
                        }
                        let writable: Bool =
                            try await connection.query(
                                """
                                select has_table_privilege(\(database.schema + "_" + role), \(relation)::regclass,
                                                           'insert, update, delete, truncate, references, trigger')
                                """
                            ).first?.decode(0) ?? true
                        #expect(!writable, "\(role) may change \(relation)")
                    }
                }
            }
        }

        @Test func `may read and write the columns of operations that are listed for it`() async throws {
            try await withRoles { connection in
                for (role, columns) in RoleMatrix.columns {
                    for (privilege, expected) in [
                        ("select", columns.read), ("insert", columns.insert), ("update", []),
                    ] {
                        let found = try await names(
                            connection,
                            """
                            select attname::text from pg_attribute
                             where attrelid = 'operations'::regclass and attnum > 0
                               and has_column_privilege(\(database.schema + "_" + role), attrelid, attnum, \(privilege))
                            """
                        )
                        #expect(Set(found) == expected, "\(role), \(privilege)")
                    }
                }
            }
        }

        @Test func `may call the functions that are listed for it, and no other`() async throws {
            try await withRoles { connection in
                let functions = try await connection.query(
                    """
                    select proname::text, oid::regprocedure::text from pg_proc where pronamespace = \(database.schema)::regnamespace
                    """
                ).map { try $0.decode(as: String.self, String.self) }
                #expect(Set(functions.map { $0.0 }) == Set(RoleMatrix.callers.keys), "add it to RoleMatrix")
                for role in RoleMatrix.roles + ["public"] {
                    let grantee = role == "public" ? role : "\(database.schema)_\(role)"
                    for (name, signature) in functions {
                        let may: Bool =
                            try await connection.query(
                                "select has_function_privilege(\(grantee), \(signature)::regprocedure, 'execute')"
                            ).first?.decode(0) ?? false
                        let expected =
                            role == "public"
                            ? ["clock_now", "now"].contains(name)
                            : RoleMatrix.callers[name]?.contains(role) == true
                        #expect(may == expected, "\(role): \(signature)")
                    }
                }
            }
        }

        @Test func `is refused or answered in a real call of every function`() async throws {
            try await withRoles { connection in
                for role in RoleMatrix.roles {
                    try await connection.acting(as: role) {
                        for (call, _) in BadCalls.all {
                            let name = String(call.prefix { $0 != "(" })
                            let text = ["w", "o", "c", "old", "f", "cf", "r"].reduce(call) {
                                $0.replacing("{\($1)}", with: "0")
                            }
                            var state: SQLState?
                            do {
                                _ = try await connection.query(
                                    SQLStatement(unescaped: "select * from \(text) as r")
                                )
                            } catch let error as PQError {
                                state = error.sqlState
                            }
                            let isAllowed = RoleMatrix.callers[name]?.contains(role) == true
                            // A number or a time beyond its range is found before anybody asks who calls.
                            let isRefused =
                                state.map { ["42501", "22003", "22008"].contains($0.rawValue) } == true
                            #expect(
                                isAllowed ? state?.rawValue != "42501" : isRefused,
                                "\(role): \(text): \(String(describing: state))"
                            )
                        }
                    }
                }
            }
        }

        @Test func `enqueues by INSERT, works and steers with its rights alone`() async throws {
            let driver = try await EngineDriver.start()
            try await withRoles { connection in
                let id: Int64 = try await connection.acting(as: "enqueue") {
                    let rows = try await connection.query(
                        """
                        insert into operations (name, globals, key) values ('Flow', '{"n": 1}', 'k')
                        on conflict (name, key) where key is not null do nothing returning id
                        """
                    )
                    await expectRefusal("42501") {
                        try await connection.query(
                            "insert into operations (name, state) values ('Flow', 'completed')"
                        )
                    }
                    _ = try await connection.query("select enqueue('Flow', key => 'k')")
                    return try #require(rows.first).decode(0)
                }
                try await connection.acting(as: "worker") {
                    _ = try await connection.query(#"select register_definition('Other', '{"main": ["A"]}')"#)
                    let claim: Int64 = try #require(
                        try await connection.query("select claim_id from claim(\(driver.worker))").first
                    ).decode(0)
                    _ = try await connection.query(
                        "select * from fail(\(driver.worker), \(id), \(claim), 'E', 'm', p_permanent => true)"
                    )
                }
                try await connection.acting(as: "operator") {
                    _ = try await connection.query(
                        "select retry(\(id), 'mended'), pause('mail'), resume('mail')"
                    )
                }
                #expect(try await driver.state(id) == "active")
                #expect(
                    try await driver.values("select who from audit", as: String.self)
                        == Array(repeating: database.schema + "_operator", count: 3)
                )
                #expect(
                    try await driver.value(
                        "select enqueued_by from operations where id = \(id)",
                        as: String.self
                    )
                        == database.schema + "_enqueue"
                )
            }
        }

        @Test func `gets its rights on what later steps bring`() async throws {
            try await withRoles { connection in
                try await connection.script(
                    """
                    set search_path = \(database.schema), pg_temp;
                    create or replace function retry(id bigint, reason text default null) returns operations
                      language sql set search_path from current as $$ select steer('retry', id, reason) $$;
                    create function brand_new() returns int language sql set search_path from current as 'select 1';
                    comment on function brand_new() is 'Nobody was told of it.';
                    """
                )
                try await connection.query("select apply_privileges()")
                try await connection.acting(as: "operator") {
                    await expectRefusal("OP002") { try await connection.query("select retry(1)") }
                    await expectRefusal("42501") { try await connection.query("select brand_new()") }
                }
            }
        }

        @Test func `is asked for in words where it may not be created`() async throws {
            let owner = database.schema + "_owner"
            try await database.withConnection { connection in
                try await connection.script(
                    "create role \(owner); grant usage on schema \(database.schema) to \(owner); grant execute on function create_roles() to \(owner)"
                )
                try await connection.script("alter function create_roles() security invoker")
                try await connection.script(
                    "grant execute on function privileges() to \(owner); set session authorization \(owner)"
                )
                let error = await expectRefusal("42501") {
                    try await connection.query("select create_roles()")
                }
                #expect(
                    error?.message.hasSuffix(
                        "may not create the roles \(database.schema)_approver, \(database.schema)_enqueue, \(database.schema)_operator, \(database.schema)_reader, \(database.schema)_worker"
                    ) == true
                )
                #expect(
                    error?.hint?.unquoted.contains("CREATE ROLE \(database.schema)_enqueue NOLOGIN;") == true
                )
                try await connection.script(
                    "reset session authorization; drop owned by \(owner); drop role \(owner)"
                )
            }
        }
    }
}

extension String {
    fileprivate var isView: Bool {
        [
            "visible_operations", "operation_status", "action_status", "timeline", "audit", "failures",
            "queue_depth", "wait_depth", "paused_queues", "worker_status", "stuck", "throughput",
            "slow_actions", "help",
            "schedule_status", "limit_status", "limit_lines", "rate_status", "rate_lines",
            "fair_queue_status",
            "fair_queue_lines",
        ].contains(self)
    }
}
