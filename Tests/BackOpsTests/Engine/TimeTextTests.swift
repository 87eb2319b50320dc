import BackOps
import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    /// The enqueuer, the workers and the operators of an operation are sessions with settings of their own.
    @Suite struct `A time that is written as text` {
        /// Settings under which PostgreSQL reads the same text as other times and intervals.
        static let settings = [
            "set timezone = 'Asia/Kathmandu'; set datestyle = 'German'; set intervalstyle = 'iso_8601'",
            "set timezone = 'America/New_York'; set datestyle = 'SQL, DMY'; set intervalstyle = 'sql_standard'",
        ]

        private static let texts = [
            "2027-01-01T08:00:00Z", "2027-01-01 08:00:00+02", "2027-01-01T08:00:00.25-05:30",
            "2027-01-01t08:00z",
            "2027-01-01T08:00:00,5Z", "2027-01-01T08:00:00.1234567Z", "2027-01-01T08:00:00+00:00:30",
            "2027-01-01T08:00:00+0130", "2027-01-01T08:00:00", "2027-01-01 08:00", "2027-01-01",
            "2027-01-01T24:00:00Z", "2027-01-01T08:00:60Z", "2024-02-29", "9999-12-31T23:59:59Z",
            "0001-01-01",
            "2027-01-01T08:00:00+15:59",
            "", "tomorrow", "now", "epoch", "infinity", "-infinity", "04/05/2027 08:00", "5.4.2027",
            "January 8, 2027",
            "2027-02-29", "2027-13-01", "2027-1-1", "20270101", "2027-01-01T25:00:00Z",
            "2027-01-01T08:00:00 Europe/Berlin",
            "2027-01-01T08:00:00 CET", "2027-01-01T08", "0000-01-01", "2027-01-01T08:00:00+16",
            "2027-01-01T08:00:00Z ",
            "2027-001", "J2451187", "2027-01-01 BC", "99999-01-01",
        ]

        @Test func `means the same to SQL, under all settings, and to Swift`() async throws {
            try await TestDatabase.current.withConnection { connection in
                for setting in Self.settings {
                    try await connection.script(setting)
                    for text in Self.texts {
                        let row = try await connection.query(
                            "select extract(epoch from read_time(\(text)))::float8"
                        ).first
                        let time = try row?.decode(0, as: Double?.self) ?? nil
                        #expect(time == ISO8601.date(text)?.timeIntervalSince1970, "\(text) after \(setting)")
                    }
                }
            }
        }

        @Test(arguments: settings) func `in a global is due at one moment, whoever reads it`(
            setting: String
        )
            async throws
        {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"perform_at_global": "at"}], ["B", {"perform_at_global": "at"}]]}"#
            )
            try await engine.travel(to: "2027-01-01 00:00Z")
            try await engine.connection.script(setting)
            let id = try await engine.enqueue("Flow", #"{"at": "2027-01-01T08:00:00"}"#)
            #expect(try await engine.dueInHours(id) == 8)
            try await engine.query("update jobs set run_at = clock_now()")
            try await engine.complete(engine.claimOne())
            #expect(try await engine.dueInHours(id) == 8)
        }

        @Test(arguments: ["tomorrow", "04/05/2027 08:00", "2027-01-01 08:00 CET", "now"])
        func `in words or as people write it is refused`(text: String) async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at_global": "at"}]]}"#,
                name: "Later"
            )
            let id = try await engine.enqueue("Later", PQJSON(#"{"at": "\#(text)"}"#))
            #expect(try await engine.complete(engine.claimOne()).outcome == "failed")
            #expect(
                try await engine.value(
                    "select error_type from operation_status where id = \(id)",
                    as: String.self
                )
                    == "InvalidPerformAt"
            )
            try await engine.query(
                #"select register_definition('Now', '{"main": [["A", {"perform_at_global": "at"}]]}')"#
            )
            await expectRefusal("OP007") { try await engine.enqueue("Now", PQJSON(#"{"at": "\#(text)"}"#)) }
            await expectRefusal("OP004") {
                try await engine.query(
                    "select register_definition('At', \(#"{"main": [["A", {"perform_at": "\#(text)"}]]}"#)::json)"
                )
            }
        }

        @Test(arguments: settings) func `in a plan is the same time in every session`(
            setting: String
        ) async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2027-01-01 00:00Z")
            try await engine.connection.script(setting)
            try await engine.query(
                #"insert into operations (name, branches) values ('Own', '{"main": [["A", {"perform_at": "2027-01-01T08:00:00"}]]}')"#
            )
            #expect(
                try await engine.value(
                    "select extract(epoch from run_at - clock_now())::int8 / 3600 from jobs"
                ) == 8
            )
        }
    }

    /// A day is 24 hours, also where the clocks change.
    @Suite struct `An interval` {
        /// The night of 27 to 28 March 2027, in which Central Europe goes over to summer time.
        private func engine(_ plan: String = #"{"main": ["A"]}"#) async throws -> EngineDriver {
            let engine = try await EngineDriver.start(plan)
            try await engine.travel(to: "2027-03-27 12:00Z")
            try await engine.connection.script("set timezone = 'Europe/Berlin'")
            return engine
        }

        @Test func `in a plan is time that passes`() async throws {
            let engine = try await engine(#"{"main": [["A", {"perform_in": "1 day"}]]}"#)
            #expect(try await engine.dueInHours(engine.enqueue()) == 24)
        }

        @Test func `of an enqueue is time that passes, alone and in a batch`() async throws {
            let engine = try await engine()
            #expect(
                try await engine.dueInHours(engine.value("select enqueue('Flow', perform_in => '1 day')"))
                    == 24
            )
            #expect(
                try await engine.dueInHours(
                    engine.value(
                        "select id from enqueue_many('Flow', array['{}']::jsonb[], perform_in => '1 day')"
                    )
                ) == 24
            )
        }

        @Test func `after which an attempt is made again is time that passes`() async throws {
            let engine = try await engine()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "1 day")
            #expect(try await engine.dueInHours(id) == 24)
        }

        @Test func `of a snooze is time that passes`() async throws {
            let engine = try await engine()
            let id = try await engine.enqueue()
            try await engine.snooze(engine.claimOne(), "1 day")
            #expect(try await engine.dueInHours(id) == 24)
        }

        @Test func `of a lease ends at one moment for every session`() async throws {
            let engine = try await EngineDriver.start(handlers: ["/A"], lease: "1 day")
            #expect(try await engine.value("select lease::text from workers", as: String.self) == "24:00:00")
        }

        @Test func `of months counts 30 days each`() async throws {
            let engine = try await engine()
            #expect(
                try await engine.dueInHours(engine.value("select enqueue('Flow', perform_in => '2 months')"))
                    == 60 * 24
            )
        }
    }
}

extension EngineDriver {
    /// How many hours from now its job is due.
    fileprivate func dueInHours(_ operation: Int64) async throws -> Int {
        try await value(
            "select extract(epoch from run_at - clock_now())::int8 / 3600 from jobs where operation_id = \(operation)"
        )
    }
}
