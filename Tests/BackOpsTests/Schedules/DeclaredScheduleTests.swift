import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Schedules that code declares` {
        /// An engine at noon of 1 March 2024, and further workers that are registered one by one.
        private struct Deploy {
            let engine: EngineDriver

            static func start() async throws -> Deploy {
                let engine = try await EngineDriver.start(#"{"main": ["A"]}"#, name: "Report")
                try await engine.writeTimesAsExpected()
                try await engine.travel(to: "2024-03-01 12:00:30+00")
                return Deploy(engine: engine)
            }

            /// Starts a worker whose code declares schedules, given as name and cron expression or further members.
            @discardableResult
            func worker(_ schedules: String..., of application: String = "shop") async throws -> Int64 {
                let worker: Int64 = try await engine.value(
                    "select register_worker('pod', 1, '{default}', '{Report/A}', 1, '', '1 day')"
                )
                try await declare(worker, schedules, of: application)
                return worker
            }

            func declare(_ worker: Int64, _ schedules: [String], of application: String) async throws {
                let declared = schedules.map { #"{"operation": "Report", \#($0)}"# }.joined(separator: ", ")
                try await engine.query(
                    "select declare_schedules(\(worker), \(application), \("[\(declared)]")::jsonb)"
                )
            }

            func stop(_ worker: Int64) async throws {
                try await engine.query("select unregister_worker(\(worker))")
            }

            /// What settling changes or refuses: `a created`.
            func settle() async throws -> [String] {
                try await engine.values("select schedule || ' ' || outcome from settle_schedules()")
            }

            /// The schedules: `a active 0 * * * * shop`.
            func status() async throws -> [String] {
                try await engine.values(
                    "select concat_ws(' ', name, status, slots, application) from schedule_status order by name"
                )
            }
        }

        private static let a = #""name": "a", "cron": "0 * * * *""#
        private static let b = #""name": "b", "cron": "30 * * * *""#
        private static let laterB = #""name": "b", "cron": "45 * * * *""#

        @Test func `are created once, and changed where the code says something else`() async throws {
            let deploy = try await Deploy.start()
            let old = try await deploy.worker(Self.b, Self.a)
            #expect(try await deploy.settle() == ["a created", "b created"])
            let rows: SQLStatement = "select schedules::text from schedules order by name"
            let before: [String] = try await deploy.engine.values(rows)
            try await deploy.engine.travel(by: "10 minutes")
            try await deploy.declare(old, [Self.a, Self.b], of: "shop")
            try await deploy.worker(Self.a, Self.b)
            #expect(try await deploy.settle() == [])
            #expect(try await deploy.engine.values(rows) == before)
            #expect(try await deploy.engine.value("select count(*) from schedule_sets", as: Int.self) == 1)

            try await deploy.worker(Self.a, Self.laterB)
            #expect(try await deploy.settle() == ["b changed"])
            #expect(
                try await deploy.status() == ["a active 0 * * * * shop", "b active 45 * * * * shop"]
            )
            #expect(
                try await deploy.engine.values(
                    "select details ->> 'changed' from audit order by id desc limit 1"
                )
                    == [#"["b"]"#]
            )
        }

        @Test func `take every argument that a schedule has`() async throws {
            let deploy = try await Deploy.start()
            try await deploy.worker(
                #"""
                "name": "a", "every": 90.5, "globals": {"x": 1}, "queue": "mail", "priority": 2, "tags": ["t"],
                "starts_at": "2024-04-01T00:00:00Z", "ends_at": "2025-04-01T00:00:00Z", "overlap": "allow", "catch_up": "all",
                "catch_up_limit": 7, "catch_up_window": 7200, "jitter": 5, "pause_after_failures": 3
                """#
            )
            #expect(try await deploy.settle() == ["a created"])
            let read: String = try await deploy.engine.value(
                """
                select concat_ws(' ', extract(epoch from every)::float8, globals, queue, priority, tags, extract(epoch from starts_at)::bigint,
                                 extract(epoch from ends_at)::bigint, overlap, catch_up, catch_up_limit,
                                 extract(epoch from catch_up_window)::integer, extract(epoch from jitter)::integer, pause_after_failures)
                  from schedules
                """
            )
            #expect(
                read == #"90.5 {"x": 1} mail 2 {t} 1711929600 1743465600 allow all 7 7200 5 3"#
            )
        }

        @Test func `are paused when the code names them no longer, and go on when it does again`()
            async throws
        {
            let deploy = try await Deploy.start()
            let old = try await deploy.worker(Self.a, Self.b)
            _ = try await deploy.settle()
            let new = try await deploy.worker(Self.a)
            #expect(try await deploy.settle() == ["b paused"])
            #expect(try await deploy.status() == ["a active 0 * * * * shop", "b paused 30 * * * * shop"])
            #expect(
                try await deploy.engine.value("select pause_reason from schedule_status where name = 'b'")
                    == #"the code of the application "shop" no longer declares it"#
            )
            try await deploy.stop(old)
            try await deploy.engine.travel(by: "2 hours")
            try await deploy.engine.query("select run_schedules()")
            #expect(try await deploy.engine.values("select distinct schedule from operations") == ["a"])

            // Code that was seen before counts again when the newer one is gone.
            try await deploy.worker(Self.b, Self.a)
            #expect(try await deploy.settle() == [])
            try await deploy.stop(new)
            #expect(try await deploy.settle() == ["b continued"])
            #expect(try await deploy.status() == ["a active 0 * * * * shop", "b active 30 * * * * shop"])
            #expect(
                try await deploy.engine.values(
                    "select count from skipped_slots where reason = 'paused'",
                    as: Int.self
                ) == [
                    2
                ]
            )
        }

        @Test func `of an old worker that restarts change nothing while newer ones live`() async throws {
            let deploy = try await Deploy.start()
            let old = try await deploy.worker(Self.a, Self.b)
            _ = try await deploy.settle()
            let new = try await deploy.worker(Self.a, Self.laterB)
            _ = try await deploy.settle()
            try await deploy.stop(old)
            try await deploy.worker(Self.a, Self.b)
            #expect(try await deploy.settle() == [])
            #expect(try await deploy.status().last == "b active 45 * * * * shop")
            #expect(
                try await deploy.engine.values("select doubt from doubtful_schedules()") == ["divided"]
            )
            // A rollback: only the old code is left.
            try await deploy.stop(new)
            #expect(try await deploy.settle() == ["b changed"])
            #expect(try await deploy.status().last == "b active 30 * * * * shop")
            #expect(try await deploy.settle() == [])
        }

        @Test func `count while their worker lives, and stay when all are gone`() async throws {
            let deploy = try await Deploy.start()
            try await deploy.worker(Self.a)
            _ = try await deploy.settle()
            let new = try await deploy.worker(Self.a, Self.b)
            #expect(try await deploy.settle() == ["b created"])
            try await deploy.engine.query("update workers set stopping = true where id = \(new)")
            #expect(try await deploy.settle() == ["b paused"])
            try await deploy.engine.travel(by: "2 days")
            #expect(try await deploy.settle() == [])
            #expect(
                try await deploy.engine.values("select schedule || ' ' || doubt from doubtful_schedules()")
                    == ["a abandoned"]
            )
        }

        @Test func `are not those of somebody who has created one of that name`() async throws {
            let deploy = try await Deploy.start()
            try await deploy.engine.query("select schedule('a', 'Report', '15 * * * *')")
            try await deploy.worker(Self.a, Self.b)
            #expect(try await deploy.settle() == ["b created", "a refused"])
            #expect(try await deploy.settle() == ["a refused"])
            #expect(try await deploy.status().first == "a active 15 * * * *")
            let doubts: [String] = try await deploy.engine.values(
                "select replace(detail, session_user, 'ann') from doubtful_schedules()"
            )
            #expect(
                doubts == ["it differs from what the code says, and is not the code's (ann changed it last)"]
            )
            try await deploy.engine.query("select unschedule('a')")
            #expect(try await deploy.settle() == ["a created"])
        }

        @Test func `take over what somebody created just as they say`() async throws {
            let deploy = try await Deploy.start()
            try await deploy.engine.query("select schedule('a', 'Report', '0 * * * *')")
            try await deploy.worker(Self.a)
            #expect(try await deploy.settle() == ["a changed"])
            #expect(try await deploy.status() == ["a active 0 * * * * shop"])
        }

        @Test func `belong to one application, until no worker of it lives`() async throws {
            let deploy = try await Deploy.start()
            let shop = try await deploy.worker(Self.a)
            try await deploy.worker(Self.a, Self.b, of: "store")
            #expect(try await deploy.settle() == ["a created", "b created", "a refused"])
            try await deploy.stop(shop)
            #expect(try await deploy.settle() == ["a changed"])
            #expect(try await deploy.status().map { String($0.suffix(5)) } == ["store", "store"])
        }

        @Test func `of nothing pause nothing that live workers declare, and then all`() async throws {
            let deploy = try await Deploy.start()
            let namesake = try await deploy.worker()
            #expect(try await deploy.engine.value("select count(*) from schedule_sets", as: Int.self) == 0)
            let shop = try await deploy.worker(Self.a)
            _ = try await deploy.settle()
            try await deploy.declare(namesake, [], of: "shop")
            #expect(try await deploy.settle() == [])
            try await deploy.stop(shop)
            #expect(try await deploy.settle() == ["a paused"])
        }

        @Test func `stay paused where somebody has paused them`() async throws {
            let deploy = try await Deploy.start()
            let old = try await deploy.worker(Self.a)
            _ = try await deploy.settle()
            try await deploy.engine.query(
                "select pause_schedule('a', 'holiday', until => clock_now() + interval '1 hour')"
            )
            let new = try await deploy.worker(Self.b)
            #expect(try await deploy.settle() == ["a paused", "b created"])
            // The end of the holiday does not start what the code no longer names.
            try await deploy.engine.travel(by: "2 hours")
            try await deploy.engine.query("select run_schedules()")
            #expect(try await deploy.status().first == "a paused 0 * * * * shop")
            try await deploy.engine.query("select pause_schedule('a', 'holiday')")
            try await deploy.stop(new)
            #expect(try await deploy.settle() == ["a continued", "b paused"])
            #expect(
                try await deploy.engine.values(
                    "select status || ' ' || pause_reason from schedule_status where name = 'a'"
                )
                    == ["paused holiday"]
            )
            try await deploy.engine.query("select resume_schedule('a')")
            try await deploy.stop(old)
            #expect(try await deploy.status().first == "a active 0 * * * * shop")
        }

        @Test
        func `skip the slots of the time in which they were not declared, also after a pause that has ended`()
            async throws
        {
            let deploy = try await Deploy.start()
            _ = try await deploy.worker(Self.a)
            _ = try await deploy.settle()
            try await deploy.engine.query(
                "select pause_schedule('a', 'holiday', until => clock_now() + interval '1 hour')"
            )
            let new = try await deploy.worker(Self.b)
            #expect(try await deploy.settle() == ["a paused", "b created"])
            try await deploy.engine.travel(by: "5 hours")
            try await deploy.stop(new)
            _ = try await deploy.worker(Self.a)
            #expect(try await deploy.settle() == ["a continued", "b paused"])
            try await deploy.engine.query("select run_schedules()")
            #expect(try await deploy.status().first == "a active 0 * * * * shop")
            #expect(
                try await deploy.engine.values(
                    "select reason || ' ' || sum(count) from skipped_slots group by reason"
                )
                    == ["paused 5"]
            )
        }

        @Test func `cannot be changed or removed by hand while live workers declare them`() async throws {
            let deploy = try await Deploy.start()
            let old = try await deploy.worker(Self.a, Self.b)
            _ = try await deploy.settle()
            for call in ["schedule('a', 'Report', '5 * * * *')", "unschedule('a')"] {
                let error = await expectRefusal("OP003") {
                    try await deploy.engine.query(SQLStatement(unescaped: "select \(call)"))
                }
                #expect(
                    error?.message == #"the schedule "a" is declared in the code of the application "shop""#
                )
                #expect(error?.hint?.contains("pause_schedule") == true)
            }
            try await deploy.worker(Self.b)
            _ = try await deploy.settle()
            try await deploy.engine.query("select resume_schedule('a')")
            #expect(try await deploy.status().first == "a active 0 * * * *")
            try await deploy.stop(old)
            try await deploy.engine.query("select unschedule('a')")
            #expect(try await deploy.status() == ["b active 30 * * * * shop"])
        }

        @Test func `may have no slot any more`() async throws {
            let deploy = try await Deploy.start()
            try await deploy.worker(
                #""name": "a", "cron": "0 0 1 1 *", "starts_at": "2020-01-01", "ends_at": "2021-06-01""#
            )
            #expect(try await deploy.settle() == ["a created"])
            #expect(try await deploy.status() == ["a ended 0 0 1 1 * shop"])
        }

        @Test(arguments: [
            (
                #"[{"name": "a", "operation": "Report", "cron": "0 0 32 * *"}]"#,
                #"schedule "a": day of month: 32 is not 1 to 31"#
            ),
            (#"[{"name": "a", "operation": "Report", "every": 0.5}]"#, #"schedule "a": every: "#),
            (
                #"[{"name": "a", "operation": "Report", "every": 60, "colour": 1}]"#,
                #"schedule "a": "colour" is no argument"#
            ),
            (
                #"[{"name": "a", "operation": "Report", "every": 60}, {"name": "a", "operation": "Report", "every": 61}]"#,
                #"schedule "a" is declared twice"#
            ),
        ])
        func `are refused as a whole, with the schedule and the argument at fault`(
            declared: String,
            message: String
        ) async throws {
            let deploy = try await Deploy.start()
            let error = await expectRefusal("OP004") {
                try await deploy.engine.query(
                    "select declare_schedules(\(deploy.engine.worker), 'shop', \(declared)::jsonb)"
                )
            }
            #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
            #expect(try await deploy.engine.value("select count(*) from schedule_sets", as: Int.self) == 0)
        }
    }
}
