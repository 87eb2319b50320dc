import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// Every setting that a user may change for a session, a role or a database, unless it is there to end statements and sessions, to
/// vacuum, or to write logs.
@Suite(.backops, .timeLimit(.minutes(15))) struct `Whatever a session sets` {
    private let database = TestDatabase.current

    /// One setting with another value than the server's.
    struct Choice: Sendable, CustomStringConvertible {
        let name: String
        let value: String

        var description: String { "\(name) = \(value)" }
    }

    /// Settings that are texts have no list of values; these are as far from the usual as they go.
    private static let texts: [String: [String]] = [
        "TimeZone": ["Asia/Kathmandu", "America/St_Johns"],
        "DateStyle": ["German", "SQL, DMY", "Postgres, MDY"],
        "search_path": ["nowhere"], "lc_numeric": ["C"],
        "lc_time": ["C"],
        "lc_monetary": ["C"], "default_text_search_config": ["pg_catalog.german"],
        "timezone_abbreviations": ["India"],
        "plpgsql.extra_errors": ["all"], "plpgsql.extra_warnings": ["all"],
    ]

    /// By rule, from what the server says of itself.
    private func choices(on connection: PQConnection) async throws -> [Choice] {
        try await connection.script("load 'plpgsql'")
        let rows = try await connection.query(
            """
            select name, vartype, setting, coalesce(enumvals, '{}'), coalesce(min_val, ''), coalesce(max_val, '')
              from pg_settings
             where (context = 'user' or name like 'plpgsql.%')
               and category !~ '^(Reporting and Logging|Developer Options|Statistics)'
               and name !~ '(_timeout|^transaction_.*|_read_only|^exit_on_error|^(log|debug|trace|vacuum|tcp_keepalives|commit|wal)_.*)$'
             order by name
            """
        )
        return try rows.flatMap { row -> [Choice] in
            let (name, type, setting, values, lowest, highest) = try row.decode(
                as: String.self,
                String.self,
                String.self,
                [String].self,
                String.self,
                String.self
            )
            let others =
                switch type {
                case "bool": [setting == "on" ? "off" : "on"]
                case "enum": values
                case "string": Self.texts[name] ?? []
                default: [lowest, highest]
                }
            return others.filter { $0 != setting }.map { Choice(name: name, value: $0) }
        }
    }

    /// Connects as a session of a role or a database that has these settings.
    private func withSettings<R>(
        _ choices: [Choice],
        _ body: (PQConnection) async throws -> R
    ) async throws -> R {
        var options = database.options
        // The schema's name stands before the engine's functions only, so the scenario needs it in the path.
        for choice in choices where choice.name != "search_path" {
            options.settings[choice.name] = choice.value
        }
        let connection = try await PQConnection.connect(options)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    @Test func `the engine answers the same`() async throws {
        let (expected, choices) = try await withSettings([]) { connection in
            let answers = try await EngineScenario.run(on: connection)
            // Twice, so that what differs by itself shows here.
            #expect(try await EngineScenario.run(on: connection) == answers)
            return (answers, try await self.choices(on: connection))
        }
        #expect(choices.count > 100)
        // Ten at a time, and one by one where they make a difference. The first value of a setting is in another group than the second.
        for group in Self.groups(of: choices) where try await difference(under: group, expected) != nil {
            var guilty: [String] = []
            for choice in group {
                guard let difference = try await difference(under: [choice], expected) else { continue }
                guilty.append("\(choice): \(difference)")
            }
            Issue.record("\(guilty.isEmpty ? "all together of \(group)" : guilty.joined(separator: "\n"))")
        }
    }

    /// Settings that may be in force together.
    private static func groups(of choices: [Choice]) -> [[Choice]] {
        // With two settings of geqo at their lowest PostgreSQL itself finds no plan for some joins.
        let (alone, others) = (
            choices.filter { $0.name.hasPrefix("geqo") }, choices.filter { !$0.name.hasPrefix("geqo") }
        )
        let count = (others.count + 9) / 10
        let groups = (0..<count).map { group in
            others.enumerated().filter { $0.offset % count == group }.map(\.element)
        }
        return groups + alone.map { [$0] }
    }

    /// What the engine answers otherwise; nil where that is nothing.
    private func difference(under choices: [Choice], _ expected: [String]) async throws -> String? {
        do {
            let answers = try await withSettings(choices) { try await EngineScenario.run(on: $0) }
            let difference = answers.difference(from: expected)
            return difference.isEmpty ? nil : "\(difference)"
        } catch let error as PQError {
            return "\(error)"
        }
    }

    @Test func `the schema is made the same`() async throws {
        let choices = try await withSettings([]) { try await self.choices(on: $0) }
        let expected = try await withSettings([]) { try await EngineScenario.run(on: $0) }
        for (number, group) in Self.groups(of: choices).enumerated() {
            let name = database.schema + "_\(number)"
            try await withSettings(group) { connection in
                try await connection.script(Migrator.sql(schema: name))
                try await connection.script("set search_path = \(name)")
                let violations = try await connection.query(
                    "select invariant || ': ' || detail from invariants()"
                )
                #expect(try violations.map { try $0.decode(0, as: String.self) } == [], "\(group)")
                #expect(try await EngineScenario.run(on: connection).last == expected.last, "\(group)")
                try await connection.script("drop schema \(name) cascade")
            }
        }
    }
}
