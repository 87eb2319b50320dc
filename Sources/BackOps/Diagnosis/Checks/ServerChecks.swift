import LibPQ

extension DiagnosisCheck {
    /// What the server has left, and how it is set.
    static let server = [
        DiagnosisCheck("connections", connections),
        DiagnosisCheck("notifications", notifications),
        DiagnosisCheck("transaction-numbers", transactionNumbers),
        DiagnosisCheck("durability", durability),
        DiagnosisCheck("role", role),
    ]

    private static func connections(_ examination: Examination) async throws -> [Observation] {
        let row = try await examination.row(ServerStatement.resources)
        let (used, limit) = (try row.decode(0, as: Int.self), try row.decode(1, as: Int.self))
        return [
            Observation(
                examination.limits.connections.level(of: Double(used) / Double(max(limit, 1))),
                "\(used) of \(limit) connections are in use",
                advice: "Put PgBouncer in between, lower maxConnections of clients, or raise max_connections."
            )
        ]
    }

    private static func notifications(_ examination: Examination) async throws -> [Observation] {
        let usage: Double = try await examination.row(ServerStatement.resources).decode(2)
        return [
            Observation(
                examination.limits.notificationQueue.level(of: usage),
                "the notification queue is \(percent(usage)) full",
                advice:
                    "A session that listens has a transaction open: end it, before NOTIFY fails for everybody."
            )
        ]
    }

    private static func transactionNumbers(_ examination: Examination) async throws -> [Observation] {
        let used: Double = try await examination.row(ServerStatement.resources).decode(3)
        return [
            Observation(
                examination.limits.transactionNumbers.level(of: used),
                "\(percent(used)) of the transaction numbers are used up before the next freeze",
                advice: "vacuum (freeze) this database, and look for what holds it back above."
            )
        ]
    }

    private static func percent(_ part: Double) -> String { "\(Int((part * 100).rounded())) %" }

    private struct Setting {
        let text: String
        let milliseconds: Int64?
    }

    private static func settings(_ examination: Examination) async throws -> [String: Setting] {
        var settings: [String: Setting] = [:]
        for row in try await examination.query(ServerStatement.settings) {
            settings[try row.decode(0)] = Setting(text: try row.decode(1), milliseconds: try row.decode(2))
        }
        return settings
    }

    private static func durability(_ examination: Examination) async throws -> [Observation] {
        let settings = try await settings(examination)
        var observations: [Observation] = []
        // No session can set this name, and no other server has it.
        let isForDevelopment = settings["cluster_name"]?.text == Doctor.developmentClusterName
        if isForDevelopment, settings["fsync"]?.text == "off" {
            observations.append(
                .fine(
                    "`backops dev` runs this server without fsync: it is fast, and a crash of the host may destroy it; with --durable it is safe"
                )
            )
        }
        for name in ["fsync", "full_page_writes"]
        where !isForDevelopment && settings[name]?.text == "off" {
            observations.append(
                .failure(
                    "\(name) is off: a crash of the host destroys the database",
                    advice: "alter system set \(name) = on;"
                )
            )
        }
        for name in ["autovacuum", "track_counts"] where settings[name]?.text == "off" {
            observations.append(
                .failure(
                    "\(name) is off: dead rows are never removed",
                    advice: "alter system set \(name) = on;"
                )
            )
        }
        if settings["synchronous_commit"]?.text == "off" {
            observations.append(
                .warning(
                    "synchronous_commit is off: a crash loses what was committed in the last moments",
                    advice: "Switch it on for this role, unless operations may be lost."
                )
            )
        }
        return observations.isEmpty ? [.fine("what is committed survives a crash")] : observations
    }

    private static func role(_ examination: Examination) async throws -> [Observation] {
        let settings = try await settings(examination)
        var observations: [Observation] = []
        if settings["default_transaction_read_only"]?.text == "on" {
            observations.append(
                .failure(
                    "this role's transactions can only read",
                    advice: "alter role … reset default_transaction_read_only;"
                )
            )
        }
        if let isolation = settings["default_transaction_isolation"]?.text, isolation != "read committed" {
            observations.append(
                .warning(
                    "this role's transactions are \(isolation) by default",
                    advice:
                        "Statements that meet fail with 40001 instead of waiting: alter role … reset default_transaction_isolation;"
                )
            )
        }
        if let timeout = settings["statement_timeout"], let milliseconds = timeout.milliseconds,
            milliseconds > 0,
            .milliseconds(milliseconds) < examination.limits.statementTimeout
        {
            observations.append(
                .warning(
                    "this role's statements are cancelled after \(timeout.text)",
                    advice: "Large batches may take longer: alter role … set statement_timeout = '1min';"
                )
            )
        }
        return observations.isEmpty ? [.fine("this role's settings leave statements alone")] : observations
    }
}
