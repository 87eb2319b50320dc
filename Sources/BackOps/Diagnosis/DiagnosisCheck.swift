import LibPQ

/// One thing that the doctor looks at.
struct DiagnosisCheck: Sendable {
    /// Its name, by which `backops doctor --json` and the documentation know it.
    let name: String

    /// Whether it reads the engine's tables, and makes no sense without them.
    let needsSchema: Bool

    private let look: @Sendable (Examination) async throws -> [Observation]

    init(
        _ name: String,
        needsSchema: Bool = false,
        _ look: @escaping @Sendable (Examination) async throws -> [Observation]
    ) {
        self.name = name
        self.needsSchema = needsSchema
        self.look = look
    }

    /// In the order in which they are told.
    static let all =
        connection + schema + workers + jobs + approvals + limits + schedules + snapshots + server

    /// Looks, and turns what prevents it into a finding: a doctor who may not see everything sees the rest.
    func findings(_ examination: Examination) async throws -> [Diagnosis.Finding] {
        let observations: [Observation]
        do {
            observations = try await look(examination)
        } catch let error as PQError where error.code == .server {
            observations = [Self.observation(of: error)]
        } catch let error as BackOpsError {
            observations = [
                .failure(
                    error.message,
                    advice: "Nothing that needs the schema was looked at: mend this first."
                )
            ]
        }
        return observations.map { $0.finding(of: name) }
    }

    private static func observation(of error: PQError) -> Observation {
        if error.sqlState == .queryCanceled || error.sqlState == .lockNotAvailable {
            return .warning(
                "this could not be looked at: \(error.message)",
                advice: error.hint ?? "Somebody cancelled the statement: ask again."
            )
        }
        guard error.sqlState == .insufficientPrivilege else {
            return .failure(
                "this could not be looked at: \(error.description)",
                advice:
                    "See what is said of the schema above; where that is fine, this is a fault of BackOps."
            )
        }
        return .warning(
            "this role may not look at this: \(error.description)",
            advice: "Connect as the owner of the schema, or grant the role what it lacks."
        )
    }
}

/// What the checks share: a connection of its own, and whose health is examined.
struct Examination: Sendable {
    /// Where the tables are; its connections prepare nothing.
    let database: BackOpsDatabase
    /// Whether clients and workers with the same settings prepare their statements.
    let usesPreparedStatements: Bool
    let limits: DiagnosisLimits
    let connection: PQConnection
    var engine: EngineCalls { EngineCalls(database.schema) }
    var schema: String { database.schemaName }

    func query(_ statement: SQLStatement) async throws -> PQResult {
        try await connection.query(statement)
    }

    /// The only row of a statement that has one.
    func row(_ statement: SQLStatement) async throws -> PQRow {
        guard let row = try await connection.query(statement).first else {
            throw PQError(.misuse, "The statement returned no row.")
        }
        return row
    }
}
