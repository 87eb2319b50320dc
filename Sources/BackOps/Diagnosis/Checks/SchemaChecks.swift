import LibPQ

extension DiagnosisCheck {
    static let schemaName = "schema"

    /// Whether the schema is ours, whole, and true to its invariants.
    static let schema = [
        DiagnosisCheck(schemaName, migrations),
        DiagnosisCheck("rights", needsSchema: true, rights),
        DiagnosisCheck("invariants", needsSchema: true, invariants),
        DiagnosisCheck("triggers", needsSchema: true, triggers),
    ]

    private static func migrations(_ examination: Examination) async throws -> [Observation] {
        let status: MigrationStatus
        do {
            status = try await Migrator(examination.database).status()
        } catch let error as BackOpsError where error.code == .unsupportedEncoding {
            return [
                .failure(
                    error.message,
                    advice: "Create such a database, and run `backops migrate up` there."
                )
            ]
        }
        let place = "the schema \(status.schema) is at version \(status.version)"
        if status.version == 0 {
            return [.failure("there is no schema \(status.schema)", advice: "`backops migrate up` makes it.")]
        }
        if let obstacle = status.obstacle { return [.failure(obstacle.problem, advice: obstacle.advice)] }
        if status.isNewerThanLibrary || status.hasNewerEngine {
            return [
                .warning(
                    "\(place), which a newer program has brought up to date; this one knows \(MigrationStep.newestVersion)",
                    advice: "It goes on, and cannot migrate: use a newer version of this program."
                )
            ]
        }
        return [.fine("\(place), the newest, and every step and function is as this program has it")]
    }

    private static func rights(_ examination: Examination) async throws -> [Observation] {
        let row = try await examination.row(examination.engine.rights())
        let (mayUse, missing, functions) = try row.decode(as: Bool.self, [String].self, Int.self)
        let role = "\"\(examination.schema)\" to this role"
        guard mayUse else {
            return [
                .failure(
                    "this role may not use the schema \(examination.schema)",
                    advice: "grant usage on schema \(role);"
                )
            ]
        }
        guard !missing.isEmpty || functions > 0 else {
            return [.fine("this role may do everything that clients and workers do")]
        }
        let lacking =
            (missing.isEmpty ? [] : ["rights on \(missing.joined(separator: ", "))"])
            + (functions == 0 ? [] : ["the right to call \(functions.of("function"))"])
        return [
            .warning(
                "this role lacks \(lacking.joined(separator: ", and "))",
                advice:
                    "Enough for an enqueuer (INSERT on operations) or a reader; a worker needs all: grant all on all tables and functions in schema \(role);"
            )
        ]
    }

    private static func triggers(_ examination: Examination) async throws -> [Observation] {
        let names = try await examination.query(examination.engine.foreignTriggers()).map {
            try $0.decode(0, as: String.self)
        }
        guard !names.isEmpty else { return [.fine("the tables have the engine's triggers and no others")] }
        return [
            .warning(
                "the tables have triggers that are not the engine's: \(names.joined(separator: ", "))",
                advice:
                    "They run inside its statements: an error in one refuses an INSERT, or fails the attempt whose outcome is written. "
                    + "Do what can wait in an action, or in a trigger that only writes to a table of your own."
            )
        ]
    }

    private static func invariants(_ examination: Examination) async throws -> [Observation] {
        let violations = try await examination.query(examination.engine.invariants()).map(
            InvariantViolation.init
        )
        guard !violations.isEmpty else { return [.fine("every invariant holds")] }
        let shown = violations.prefix(examination.limits.shownViolations)
        let rest = violations.count - shown.count
        return shown.map { .failure($0.description, advice: $0.advice) }
            + (rest == 0
                ? []
                : [
                    .failure(
                        "\(rest.of("further violation"))",
                        advice: "All of them: select * from \(examination.schema).invariants();"
                    )
                ])
    }
}
