internal import CLibPQ

extension PQSession {
    /// Connects, trying the hosts of the connection string in order, and applies the settings.
    ///
    /// Blocks the calling thread, at most ``PQOptions/connectTimeout`` per host.
    ///
    /// - Parameter options: Where and how to connect.
    /// - Returns: A session that is ready.
    /// - Throws: ``PQError`` with ``PQError/Code/invalidOptions``, with ``PQError/Code/connectionFailed``, whose
    ///   `sqlState` is the server's if it answered, or with ``PQError/Code/server`` if it refused a setting.
    public static func connect(_ options: PQOptions) throws(PQError) -> PQSession {
        try connect(options, interrupt: nil)
    }

    static func connect(_ options: PQOptions, interrupt: PQWakeUp?) throws(PQError) -> PQSession {
        var failures: [PQError] = []
        for target in try Conninfo(parsing: options.conninfo).targets(options) {
            let deadline = Deadline(after: options.connectTimeout)
            do throws(PQError) {
                let connection = unsafe try Handshake.open(target, until: deadline, interrupt: interrupt)
                var session = unsafe PQSession(connection, options)
                try session.apply(options.settings)
                return session
            } catch {
                switch error.code {
                case .connectionFailed: failures.append(error)
                // The server went away while the settings were made: as good as no connection.
                case .connectionLost, .timedOut: failures.append(error.with(code: .connectionFailed))
                default: throw error
                }
            }
        }
        throw Self.summary(of: failures)
    }

    /// Sets run-time parameters for the rest of the session, in one round trip.
    private mutating func apply(_ settings: [String: String]) throws(PQError) {
        guard !settings.isEmpty else { return }
        var statement = SQLStatement(unescaped: "select")
        for (index, (name, value)) in settings.sorted(by: { $0.key < $1.key }).enumerated() {
            let comma = index == 0 ? "" : ","
            statement += "\(unescaped: comma) set_config(\(name), \(value), false)"
        }
        _ = try runUnprepared(statement, timeout: options.connectTimeout)
    }

    /// Makes one error of those of all hosts; the state is that of the last one that gave one.
    private static func summary(of failures: [PQError]) -> PQError {
        guard failures.count != 1, let last = failures.last else {
            return failures.first ?? PQError(.connectionFailed, "The connection string names no host.")
        }
        let message = failures.map(\.message).joined(separator: "; ")
        let state = failures.last { $0.sqlState != nil }?.sqlState
        return PQError(last.code, message, sqlState: state)
    }
}
