import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension DiagnosisCheck {
    /// Whether the server can be reached and works with us at all.
    static let connection = [
        DiagnosisCheck("connection", roundTrip),
        DiagnosisCheck("server", server),
        DiagnosisCheck("pooler", pooler),
        DiagnosisCheck("clock", clock),
        DiagnosisCheck("listen", listen),
    ]

    private static func roundTrip(_ examination: Examination) async throws -> [Observation] {
        var shortest = Duration.seconds(3600)
        for _ in 0..<5 {
            let start = ContinuousClock.now
            _ = try await examination.query(ServerStatement.nothing)
            shortest = min(shortest, .now - start)
        }
        let found = "the server answers in \(shortest.inWords)"
        guard shortest >= examination.limits.roundTrip else { return [.fine(found)] }
        return [
            .warning(
                found,
                advice:
                    "Every action waits for at least one such round trip: run workers nearer to the server."
            )
        ]
    }

    private static func server(_ examination: Examination) async throws -> [Observation] {
        let row = try await examination.row(ServerStatement.identity)
        let number: Int64 = try row.decode(0)
        let version: String = try row.decode(1)
        if try row.decode(3, as: Bool.self) {
            return [
                .failure(
                    "PostgreSQL \(version), a standby that can only be read",
                    advice: "Name all hosts in the connection string, with target_session_attrs=read-write."
                )
            ]
        }
        guard number >= 150_000 else {
            return [.failure("PostgreSQL \(version)", advice: "BackOps needs PostgreSQL 15 or newer.")]
        }
        return [.fine("PostgreSQL \(version)")]
    }

    /// Nothing depends on the clocks of clients; but who reads their logs beside the tables does.
    private static func clock(_ examination: Examination) async throws -> [Observation] {
        let start = ContinuousClock.now
        let before = Date.now
        let seconds: Double = try await examination.row(ServerStatement.identity).decode(4)
        let roundTrip = ContinuousClock.now - start
        let difference = Duration.seconds(seconds - before.timeIntervalSince1970) - roundTrip / 2
        let size = difference < .zero ? .zero - difference : difference
        guard size >= examination.limits.clockDifference + roundTrip / 2 else {
            return [.fine("the clocks of server and client agree within \((size + roundTrip / 2).inWords)")]
        }
        return [
            .warning(
                "the server's clock is \(size.inWords) \(difference > .zero ? "ahead of" : "behind") this host's",
                advice: "Only the server's decides what is due, but logs will not match: let NTP set both."
            )
        ]
    }

    /// A pooler tells its clients a process id of its own.
    private static func pooler(_ examination: Examination) async throws -> [Observation] {
        let pid: Int32 = try await examination.row(ServerStatement.identity).decode(2)
        guard pid != examination.connection.backendPID else {
            return [.fine("this connection leads to the server itself")]
        }
        guard examination.usesPreparedStatements else {
            return [.fine("this connection leads through a pooler, and prepares no statements")]
        }
        return [
            .warning(
                "this connection leads through a pooler",
                advice:
                    "A pooler in transaction mode mixes up prepared statements, or transactions that are sent at once: set preparedStatements = false in the options of the database."
            )
        ]
    }

    private static func listen(_ examination: Examination) async throws -> [Observation] {
        let options = examination.database.listenOptions ?? examination.database.options
        let channel = "\(examination.schema)_doctor_\(UInt64.random(in: .min ... .max))"
        let connection = try await PQConnection.connect(options)
        do {
            let observation = try await connection.run { session in
                let pid = try session.query(ServerStatement.identity).first?.decode(2, as: Int32.self)
                guard pid == session.backendPID else { return pooled }
                try session.listen(channel)
                _ = try session.query(ServerStatement.notify(channel))
                let heard = try session.waitForNotifications(timeout: .seconds(2))
                return heard.isEmpty
                    ? .failure(
                        "LISTEN hears nothing",
                        advice: "Workers poll; look at the notification queue below."
                    )
                    : .fine("LISTEN hears what NOTIFY sends")
            }
            await connection.close()
            return [observation]
        } catch {
            await connection.close()
            throw error
        }
    }

    private static let pooled = Observation.warning(
        "LISTEN would go through a pooler",
        advice:
            "In transaction mode it hears nothing, and sleeping workers wake by polling only: give listenOptions a direct connection."
    )
}
