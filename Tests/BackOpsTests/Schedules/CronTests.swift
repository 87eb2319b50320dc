import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A cron expression` {
        /// What is refused, with the field at fault and the value.
        static let refused: [(cron: String, message: String)] = [
            ("31 2 *", #""31 2 *" has 3 fields, not 5 or 6"#),
            ("", #""" has 0 fields, not 5 or 6"#),
            ("*/0 * * * *", "minute: the step of */0 is not 1 to 59"),
            ("*/90 * * * *", "minute: the step of */90 is not 1 to 59"),
            ("60 * * * *", "minute: 60 is not 0 to 59"),
            ("61 0 0 * * *", "second: 61 is not 0 to 59"),
            ("x * * * *", #"minute: "x" is no number"#),
            ("0 24 * * *", "hour: 24 is not 0 to 23"),
            ("0 22-2 * * *", "hour: the range 22-2 ends before it begins"),
            ("0 0 0 * *", "day of month: 0 is not 1 to 31"),
            ("0 0 32 * *", "day of month: 32 is not 1 to 31"),
            ("0 0 L-31 * *", "day of month: 31 is not 1 to 30"),
            ("0 0 , * *", #"day of month: "" cannot be read"#),
            ("0 0 15W * *", #"day of month: "15w" is no number"#),
            ("0 0 1 13 *", "month: 13 is not 1 to 12"),
            ("0 0 1 foo *", #"month: "foo" is no number and no name"#),
            ("0 0 * * 8", "day of week: 8 is not 0 to 7"),
            ("0 0 * * fri#6", "day of week, after #: 6 is not 1 to 5"),
            ("0 0 * * *-5", #"day of week: "*-5" cannot be read"#),
            ("0 0 31 2 *", #"day of month: there is no day such as "31" in the month "2""#),
            (
                "0 0 31 4,jun */2",
                #"day of month: there is no day such as "31" in the month "4,jun" on the day of week "*/2""#
            ),
            ("@reboot", #""@reboot" is no cron expression"#),
            ("@every 5m", #""@every 5m" is no cron expression"#),
        ]

        @Test(arguments: refused)
        func `is refused with the field at fault`(cron: String, message: String) async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("OP004") {
                try await engine.query("select parse_cron(\(cron))")
            }
            #expect(error?.message == message)
        }

        @Test func `is refused where it is missing or endless`() async throws {
            let engine = try await EngineDriver.start()
            await expectRefusal("OP004") { try await engine.query("select parse_cron(null)") }
            let long = Array(repeating: "1", count: 1000).joined(separator: ",") + " * * * *"
            let error = await expectRefusal("OP004") { try await engine.query("select parse_cron(\(long))") }
            #expect(error?.message == "a cron expression of 2007 characters is too long")
        }

        @Test(arguments: [
            ("@daily", "0 0 * * *"), ("@hourly", "0 * * * *"), ("@weekly", "0 0 * * sun"),
            ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 jan *"), ("@annually", "@yearly"),
            ("@midnight", "@daily"),
            ("  0 0\t1   JAN  Mon ", "0 0 1 1 1"), ("0 0 * * 7", "0 0 * * 0"),
            ("0 0 * * fri-sun", "0 0 * * 5,6,0"), ("0 0 ? * ?", "0 0 * * *"),
            ("5/20 * * * *", "5,25,45 * * * *"), ("10-20/5 1-3 * * *", "10,15,20 1,2,3 * * *"),
            ("0 30 2 * * *", "30 2 * * *"),
        ])
        func `means the same as another one`(one: String, other: String) async throws {
            let engine = try await EngineDriver.start()
            let sets: SQLStatement = """
                select (parse_cron(\(one)))[:7] = (parse_cron(\(other)))[:7]
                """
            #expect(try await engine.value(sets, as: Bool.self))
        }

        /// The first slots from the beginning of 2024 on, in UTC.
        @Test(arguments: [
            ("0 0 29 2 *", "2024-02-29 00:00:00, 2028-02-29 00:00:00, 2032-02-29 00:00:00"),
            // Either of the two days is enough.
            ("0 0 13 * fri", "2024-01-05 00:00:00, 2024-01-12 00:00:00, 2024-01-13 00:00:00"),
            // A field that begins with * restricts together with the other one.
            ("0 0 */2 * fri", "2024-01-05 00:00:00, 2024-01-19 00:00:00, 2024-02-09 00:00:00"),
            ("0 0 29 2 */7", "2032-02-29 00:00:00"),
            ("0 0 L * *", "2024-01-31 00:00:00, 2024-02-29 00:00:00, 2024-03-31 00:00:00"),
            ("0 0 L-1,15 * *", "2024-01-15 00:00:00, 2024-01-30 00:00:00, 2024-02-15 00:00:00"),
            ("0 0 * * mon#1", "2024-01-01 00:00:00, 2024-02-05 00:00:00, 2024-03-04 00:00:00"),
            ("0 0 * * fri#5", "2024-03-29 00:00:00, 2024-05-31 00:00:00, 2024-08-30 00:00:00"),
            ("0 0 * * sunL", "2024-01-28 00:00:00, 2024-02-25 00:00:00, 2024-03-31 00:00:00"),
            ("59 59 23 31 12 *", "2024-12-31 23:59:59, 2025-12-31 23:59:59, 2026-12-31 23:59:59"),
            ("*/30 * * * * *", "2024-01-01 00:00:00, 2024-01-01 00:00:30, 2024-01-01 00:01:00"),
        ])
        func `has the slots that it names`(cron: String, slots: String) async throws {
            let engine = try await EngineDriver.start()
            let found: String = try await engine.value(
                """
                with recursive slots (slot, number) as (
                  select next_slot(parse_cron(\(cron)), 'UTC', '2023-12-31 23:59:59+00'), 1
                  union all
                  select next_slot(parse_cron(\(cron)), 'UTC', slot), number + 1 from slots where number < 3
                )
                select string_agg(to_char(slot at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ', ' order by number) from slots
                """
            )
            #expect(found.hasPrefix(slots), "\(found)")
        }
    }

    @Suite struct `A slot on a clock that changes` {
        /// The lines of `expected-slots.txt`, one list for each zone and period.
        ///
        /// They were found by brute force, and with the zones of Python: see `expected-slots.py`.
        static let expected: [[String]] = {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "expected-slots.txt"
            )
            let lines = (try? String(contentsOf: file, encoding: .utf8).split(separator: "\n")) ?? []
            return stride(from: 0, to: lines.count, by: 10).map {
                lines[$0..<min($0 + 10, lines.count)].map(String.init)
            }
        }()

        @Test func `is compared in 27 zones and periods`() {
            #expect(Self.expected.map(\.count) == Array(repeating: 10, count: 27))
        }

        /// Zones with half an hour, a day that was skipped, and a change one minute after midnight.
        private static let oddZones: Set = ["Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]

        /// Expressions of many slots a day take minutes in all zones: they are compared there with `BACKOPS_ALL_SLOTS=1`.
        private static let comparesAll = ProcessInfo.processInfo.environment["BACKOPS_ALL_SLOTS"] == "1"

        @Test(arguments: expected)
        func `is where a search by brute force finds it`(lines: [String]) async throws {
            let engine = try await EngineDriver.start()
            for line in lines {
                let field = line.split(separator: "|").map(String.init)
                let isShort = Int(field[4]).map { $0 < 2_000 } ?? true
                guard isShort || Self.comparesAll || Self.oddZones.contains(field[0]) else { continue }
                let (zone, cron, from, to) = (
                    field[0], field[1], field[2] + " 00:00+00", field[3] + " 00:00+00"
                )
                let found = try #require(
                    try await engine.query(
                        """
                        with recursive cron (sets) as materialized (select parse_cron(\(cron))),
                        slots (slot) as (
                          select next_slot(sets, \(zone), \(from)::timestamptz - interval '1 second') from cron
                          union all
                          select next_slot(sets, \(zone), slot) from slots, cron where slot < \(to)::timestamptz
                        )
                        select count(*)::integer, md5(coalesce(string_agg(extract(epoch from slot)::bigint::text, ',' order by slot), ''))
                          from slots where slot < \(to)::timestamptz
                        """
                    ).first
                ).decode(as: Int.self, String.self)
                #expect(found == (Int(field[4]), field[5]), "\(line)")
            }
        }

        /// Zone, expression, an instant, and the slot after it in UTC.
        @Test(arguments: [
            // In the gap: once, right after it.
            ("Europe/Berlin", "30 2 * * *", "2024-03-30 12:00", "2024-03-31 01:00"),
            ("Europe/Berlin", "30 2 * * *", "2024-03-31 01:00", "2024-04-01 00:30"),
            ("Europe/Berlin", "10,20,30 2 * * *", "2024-03-31 01:00", "2024-04-01 00:10"),
            ("Australia/Lord_Howe", "15 2 * * *", "2024-10-05 12:00", "2024-10-05 15:30"),
            ("Pacific/Apia", "30 2 * * *", "2011-12-29 13:00", "2011-12-30 10:00"),
            ("Pacific/Apia", "30 2 * * *", "2011-12-30 10:00", "2011-12-30 12:30"),
            // An entry that goes by elapsed time has nothing to make up.
            ("Europe/Berlin", "*/30 2 * * *", "2024-03-30 12:00", "2024-04-01 00:00"),
            // In the overlap: once, in the first pass.
            ("Europe/Berlin", "30 2 * * *", "2024-10-26 12:00", "2024-10-27 00:30"),
            ("Europe/Berlin", "30 2 * * *", "2024-10-27 00:30", "2024-10-28 01:30"),
            ("Europe/Berlin", "0-59 2 * * *", "2024-10-27 01:05", "2024-10-28 01:00"),
            ("Europe/Berlin", "0-59 2,3 * * *", "2024-10-27 01:05", "2024-10-27 02:00"),
            ("Australia/Lord_Howe", "45 1 * * *", "2024-04-06 12:00", "2024-04-06 14:45"),
            ("Australia/Lord_Howe", "45 1 * * *", "2024-04-06 14:45", "2024-04-07 15:15"),
            // And in both passes by elapsed time.
            ("Europe/Berlin", "*/30 2 * * *", "2024-10-27 00:30", "2024-10-27 01:00"),
            ("Europe/Berlin", "* 2 27 10 *", "2024-03-01 00:00", "2024-10-27 00:00"),
        ])
        func `is this one`(zone: String, cron: String, after: String, expected: String) async throws {
            let engine = try await EngineDriver.start()
            let slot: String = try await engine.value(
                """
                select to_char(next_slot(parse_cron(\(cron)), \(zone), (\(after) || '+00')::timestamptz) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
                """
            )
            #expect(slot == expected)
        }
    }
}
