import Foundation
import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Reading and writing values` {
    private func roundTrip<Value: PQEncodable & PQDecodable & Sendable>(
        _ values: [Value]
    ) async throws -> [Value] {
        try await withConnection { connection async throws in
            try await connection.run { session in
                try values.map { try session.query("select \($0)")[0].decode(0, as: Value.self) }
            }
        }
    }

    @Test func `numbers survive to their limits`() async throws {
        #expect(try await roundTrip([Int16.min, -1, 0, .max]) == [.min, -1, 0, .max])
        #expect(try await roundTrip([Int32.min, -1, 0, .max]) == [.min, -1, 0, .max])
        #expect(try await roundTrip([Int64.min, -1, 0, .max]) == [.min, -1, 0, .max])
        #expect(
            try await roundTrip([Int.min, 9_007_199_254_740_993, .max]) == [
                .min, 9_007_199_254_740_993, .max,
            ]
        )
        let doubles = [0, -0.0, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity]
        #expect(try await roundTrip(doubles) == doubles)
        #expect(try await roundTrip([Double.nan])[0].isNaN)
        #expect(try await roundTrip([Float.pi, -.infinity]) == [.pi, -.infinity])
        #expect(try await roundTrip([true, false]) == [true, false])
    }

    @Test func `texts and bytes survive whatever they hold`() async throws {
        let texts = [
            "", "plain", "O'Brien \"x\" \\ $1 %", "\u{1F469}\u{200D}\u{1F680} é \u{FFFF}",
            String(repeating: "ab", count: 50_000),
        ]
        #expect(try await roundTrip(texts) == texts)
        let bytes: [[UInt8]] = [[], [0], [0, 255, 92, 39], Array(repeating: 7, count: 100_000)]
        #expect(try await roundTrip(bytes) == bytes)
    }

    @Test func `moments survive to the microsecond`() async throws {
        let moments = [PQTimestamp(microseconds: 0), .infinity, .negativeInfinity, .init(microseconds: -1)]
        #expect(try await roundTrip(moments) == moments)
        let date = Date(timeIntervalSince1970: 1_700_000_000.123456)
        let back = try await roundTrip([date])[0]
        #expect(abs(back.timeIntervalSince(date)) < 0.000_001)
        #expect(PQTimestamp(Date(timeIntervalSince1970: 946_684_800)) == PQTimestamp(microseconds: 0))
        #expect(PQTimestamp(.distantFuture).isFinite)
        #expect(PQTimestamp(Date(timeIntervalSince1970: .infinity)) == .infinity)
        #expect(PQTimestamp(Date(timeIntervalSince1970: -1e15)) == .negativeInfinity)
        #expect(PQTimestamp.infinity.date == nil)
    }

    @Test func `the server sees the same moments and durations`() async throws {
        try await withConnection { connection async throws in
            let day = Date(timeIntervalSince1970: 1_709_210_096.5)
            let row = try await connection.query(
                "select (\(day) at time zone 'UTC')::text, \(Duration.milliseconds(90_061_500))::text, '1 day -2.5 s'::interval"
            )[0]
            #expect(try row.decode(0, as: String.self) == "2024-02-29 12:34:56.5")
            #expect(try row.decode(1, as: String.self) == "25:01:01.5")
            #expect(try row.decode(2, as: Duration.self) == .milliseconds(86_397_500))
        }
    }

    @Test func `durations survive, and those with months are refused`() async throws {
        let durations: [Duration] = [.zero, .microseconds(-1), .seconds(1_000_000_000), .milliseconds(1500)]
        #expect(try await roundTrip(durations) == durations)
        let error = await errorOf {
            try await withConnection {
                _ = try await $0.query("select '1 month'::interval")[0].decode(0, as: Duration.self)
            }
        }
        #expect(error?.code == .decoding)
    }

    @Test func `JSON survives as text, and is jsonb to the server`() async throws {
        try await withConnection { connection async throws in
            let json = PQJSON(#"{"big": 9007199254740993, "text": "é \u0001"}"#)
            let row = try await connection.query(
                "select \(json), pg_typeof(\(json))::text, '[1, 2]'::json, \(json)->>'big'"
            )[0]
            let (back, type, plain, big) = try row.decode(
                as: PQJSON.self,
                String.self,
                PQJSON.self,
                String.self
            )
            #expect(back.text.contains("9007199254740993"))
            #expect(type == "jsonb")
            #expect(plain == "[1, 2]")
            #expect(big == "9007199254740993")
            #expect(try row.decode(0, as: String.self) == back.text)
        }
    }

    @Test func `arrays survive, with NULLs where the type allows`() async throws {
        #expect(try await roundTrip([[Int64](), [1, -2, .max]]) == [[], [1, -2, .max]])
        #expect(try await roundTrip([["a", "", "{,}"]]) == [["a", "", "{,}"]])
        #expect(try await roundTrip([[1, nil, 3] as [Int32?]]) == [[1, nil, 3]])
        #expect(try await roundTrip([[[1, 2], []] as [[UInt8]]]) == [[[1, 2], []]])
        #expect(try await roundTrip([[true, false]]) == [[true, false]])
        #expect(try await roundTrip([[PQJSON("1"), PQJSON("[]")]]) == [["1", "[]"]])
        let ids = [UUID(), UUID()]
        #expect(try await roundTrip([ids]) == [ids])
        try await withConnection { connection async throws in
            let rows = try await connection.query("select array[1, null]::int[], array[[1], [2]]")
            #expect(await errorOf { _ = try rows[0].decode(0, as: [Int].self) }?.code == .decoding)
            #expect(await errorOf { _ = try rows[0].decode(1, as: [Int].self) }?.code == .decoding)
            let bytes = try await connection.query("select decode(repeat('00', 40), 'hex')")
            #expect(await errorOf { _ = try bytes[0].decode(0, as: [Int].self) }?.code == .decoding)
        }
    }

    @Test func `NULL is nil, or an error that names the column`() async throws {
        try await withConnection { connection async throws in
            let nothing: String? = nil
            let row = try await connection.query("select \(nothing) as name, \(Int?.some(4)) as number")[0]
            #expect(row.isNull(0))
            #expect(!row.isNull("number"))
            let (name, number) = try row.decode(as: String?.self, Int?.self)
            #expect(name == nil)
            #expect(number == 4)
            let error = await errorOf { _ = try row.decode("name", as: String.self) }
            #expect(error?.code == .decoding)
            #expect(error?.column == "name")
            #expect(error?.message.contains("\"name\"") == true)
        }
    }

    @Test func `enums and other text-like types read as text`() async throws {
        let name = uniqueName("mood")
        try await withConnection { connection async throws in
            try await connection.script("create type \(name) as enum ('happy', 'sad')")
            let row = try await connection.query(
                "select \("sad")::\(unescaped: name), 'x'::name, 'y'::\"char\", '0e37df36-f698-11e6-8dd4-cb9ced3df976'::uuid"
            )[0]
            let values = try row.decode(as: String.self, String.self, UInt8.self, String.self)
            #expect(values == ("sad", "x", UInt8(ascii: "y"), "0e37df36-f698-11e6-8dd4-cb9ced3df976"))
            try await connection.script("drop type \(name)")
        }
    }

    @Test func `a type that does not fit is named by its OID`() async throws {
        try await withConnection { connection async throws in
            let row = try await connection.query(
                "select 1.5::numeric, 'x'::text, row(1, 'a'), 70000, int8range(1, 2)"
            )[0]
            for (column, oid) in [(0, "1700"), (2, "2249"), (4, "3926")] {
                let error = await errorOf { _ = try row.decode(column, as: String.self) }
                #expect(error?.code == .decoding)
                #expect(error?.message.contains(oid) == true)
            }
            #expect(await errorOf { _ = try row.decode(1, as: Int.self) }?.code == .decoding)
            #expect(await errorOf { _ = try row.decode(3, as: Int16.self) }?.code == .decoding)
            #expect(await errorOf { _ = try row.decode(9, as: Int.self) }?.code == .misuse)
            #expect(await errorOf { _ = try row.decode("nope", as: Int.self) }?.code == .misuse)
            #expect(await errorOf { _ = try row.decode(as: Int.self, Int.self) }?.code == .misuse)
        }
    }

    @Test func `a result describes itself and outlives its connection`() async throws {
        let result = try await withConnection {
            try await $0.query("select n as \"N o\", 'x' from generate_series(1, 3) n")
        }
        #expect(result.count == 3)
        #expect(result.columns.map(\.name) == ["N o", "?column?"])
        #expect(result.columns.map(\.typeOID) == [23, 25])
        #expect(try result.map { try $0.decode("N o", as: Int.self) } == [1, 2, 3])
        #expect(try result.decode(as: Int.self, String.self).map(\.0) == [1, 2, 3])
        #expect(result.commandTag == "SELECT 3")
    }
}
