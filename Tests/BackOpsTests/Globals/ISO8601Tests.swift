import BackOps
import Foundation
import Testing

@Suite struct `A date in JSON` {
    @Test(arguments: [
        ("2026-12-24T08:00:00Z", 1_798_099_200.0),
        ("2026-12-24T08:00:00.123456+00:00", 1_798_099_200.123456),
        ("2026-12-24T09:30:00+01:30", 1_798_099_200),
        ("2026-12-24 03:00:00-05", 1_798_099_200),
        ("2026-12-24T03:00:00-0500", 1_798_099_200),
        ("2026-12-24T08:00:30+00:00:30", 1_798_099_200),
        ("2026-12-24T08:00:00", 1_798_099_200),
        ("2026-12-24T08:00", 1_798_099_200),
        ("2026-12-24", 1_798_070_400),
        ("2026-12-23T24:00:00Z", 1_798_070_400),
        ("2026-12-24t08:00:00.5z", 1_798_099_200.5),
        ("2026-12-24T08:00:00.1234567Z", 1_798_099_200.123456),
        ("1969-12-31T23:59:59.5Z", -0.5),
        ("2024-02-29T00:00:00Z", 1_709_164_800),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
    ])
    func `is read as ISO 8601 and as PostgreSQL prints it`(text: String, seconds: Double) throws {
        let date = try #require(ISO8601.date(text))
        #expect(abs(date.timeIntervalSince1970 - seconds) < 0.000_000_9)
    }

    @Test(arguments: [
        "", "tomorrow", "infinity", "2026-13-01", "2026-02-29", "2026-00-10", "2026-12-00", "2026-1-1",
        "2026-12-24T",
        "2026-12-24T25:00:00Z", "2026-12-24T24:00:01Z", "2026-12-24T08:60:00Z", "2026-12-24T08:00:00.Z",
        "2026-12-24T08:00:00+", "2026-12-24T08:00:00+1", "2026-12-24T08:00:00Zx", "2026-12-24X08:00:00Z",
        "20261224",
        "-026-12-24", "2026-12-24T08:00:00+25:00",
    ])
    func `is nothing else`(text: String) {
        #expect(ISO8601.date(text) == nil)
    }

    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00Z"),
        (1_798_099_200.123456, "2026-12-24T08:00:00.123456Z"),
        (1_798_099_200.5, "2026-12-24T08:00:00.5Z"),
        (-0.25, "1969-12-31T23:59:59.75Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (-62_135_596_800, "0001-01-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
        (1e300, "9999-12-31T23:59:59Z"),
        (-1e300, "0001-01-01T00:00:00Z"),
        (.nan, "0001-01-01T00:00:00Z"),
    ])
    func `is written in UTC to the microsecond`(seconds: Double, text: String) {
        #expect(ISO8601.text(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test func `survives on the days of eight centuries`() {
        for day in stride(from: -146_097, to: 146_097, by: 11) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 1)
            guard ISO8601.date(ISO8601.text(date)) != date else { continue }
            Issue.record("day \(day) became \(ISO8601.text(date))")
        }
    }

    @Test func `agrees with Foundation's calendar`() {
        let formatter = Date.ISO8601FormatStyle()
        for day in stride(from: -700_000, to: 2_900_000, by: 997) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            guard date.timeIntervalSince1970 > -12_219_292_800 else { continue }
            #expect(ISO8601.text(date) == formatter.format(date))
        }
    }
}
