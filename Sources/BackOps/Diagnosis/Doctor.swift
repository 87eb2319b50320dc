import LibPQ

/// Examines an installation: the server, the schema, its invariants, the workers, and what waits.
///
/// It changes nothing and locks nothing, so it may run on a live system at any time; `backops doctor` prints what it
/// finds. The checks, and what to do where one finds something, are listed below.
///
/// ```swift
/// let diagnosis = await Doctor(database).examine()
/// for finding in diagnosis.findings where finding.level > .fine {
///     print(finding.check, finding.found, finding.advice ?? "")
/// }
/// ```
public struct Doctor: Sendable {
    /// What `backops dev` calls the servers that it starts (`cluster_name`): for development, nobody expects them to be durable.
    package static let developmentClusterName = "backops dev"

    private let database: BackOpsDatabase
    private let limits: DiagnosisLimits

    /// Makes a doctor; it connects when it examines.
    ///
    /// - Parameters:
    ///   - database: What to examine.
    ///   - limits: From when on something is worth a warning, or a failure.
    public init(_ database: BackOpsDatabase, limits: DiagnosisLimits = DiagnosisLimits()) {
        self.database = database
        self.limits = limits
    }

    /// Makes every check, one after the other, on two connections of its own.
    ///
    /// - Returns: At least one finding per check. A server that cannot be reached is a finding, not an error; so is what
    ///   this role may not see. Without a schema, the checks that need one are left out.
    public func examine() async -> Diagnosis {
        var findings: [Diagnosis.Finding] = []
        do {
            let place = plain(database)
            let connection = try await PQConnection.connect(place.options)
            let examination = Examination(
                database: place,
                usesPreparedStatements: database.options.preparedStatements,
                limits: limits,
                connection: connection
            )
            do {
                for check in DiagnosisCheck.all where !check.needsSchema || hasSchema(findings) {
                    findings += try await check.findings(examination)
                }
            } catch {
                findings.append(lost(error))
            }
            await connection.close()
        } catch {
            findings.append(lost(error))
        }
        return Diagnosis(findings: findings)
    }

    /// The same database without prepared statements: a doctor must get through a pooler that does not know them.
    private func plain(_ database: BackOpsDatabase) -> BackOpsDatabase {
        var database = database
        database.options.preparedStatements = false
        database.listenOptions?.preparedStatements = false
        if database.options.applicationName == nil { database.options.applicationName = "backops doctor" }
        return database
    }

    /// The check of the schema comes before those that need it; it finds nothing where there is none.
    private func hasSchema(_ findings: [Diagnosis.Finding]) -> Bool {
        !findings.contains { $0.check == DiagnosisCheck.schemaName && $0.level == .failure }
    }

    private func lost(_ error: any Error) -> Diagnosis.Finding {
        Observation.failure(
            "the database does not answer: \(error)",
            advice: "Is it running, and is the address right? psql with the same settings says more."
        )
        .finding(of: "connection")
    }
}
