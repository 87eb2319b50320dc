/// Where and how to connect.
///
/// The connection string is libpq's, key-value or URL: several hosts, TLS, service and password files work as
/// they do in psql. See
/// [Connection Strings](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
public struct PQOptions: Sendable, Hashable {
    /// The connection string as it was given; it may hold a password, so nothing shows it.
    let conninfo: String

    /// The name of this program in `pg_stat_activity`, unless the connection string or `PGAPPNAME` gives another.
    public var applicationName: String?

    /// Limits one attempt to connect to one host, the look-up of its name excepted.
    ///
    /// With several hosts each gets this much, in the order given. `connect_timeout` in the connection string has
    /// no effect.
    public var connectTimeout: Duration = .seconds(10)

    /// Limits the statements that name no limit of their own; nil lets them run as long as they take.
    ///
    /// A peer that has vanished is noticed without it, by TCP keepalives, in about ten seconds.
    public var queryTimeout: Duration?

    /// Limits how long the server may take to end a statement that was cancelled or ran out of time.
    ///
    /// After that the connection is given up. A server that cannot be reached any more takes twice this long: once for the
    /// statement, once for the cancel request.
    public var cancelTimeout: Duration = .seconds(3)

    /// Limits COMMIT and ROLLBACK.
    ///
    /// A commit that is not answered in time is ``PQError/Code/unknownCommit``.
    public var commitTimeout: Duration = .seconds(60)

    /// Run-time parameters, such as `search_path`, that are set right after connecting.
    ///
    /// They are set by one statement with `set_config`, because PgBouncer does not pass `options` on.
    public var settings: [String: String] = [:]

    /// Whether statements are prepared once and kept (the default).
    ///
    /// Turn it off behind a pooler in transaction mode: PgBouncer before 1.21 does not know prepared statements, and
    /// no pooler is sent a transaction then before it has answered the one ahead.
    public var preparedStatements = true

    /// Limits the prepared statements that a connection keeps; the one unused for longest goes first.
    public var preparedStatementLimit = 256

    /// Makes options from a connection string; an error in it is reported when connecting or by ``validate()``.
    ///
    /// - Parameter conninfo: Key-value pairs or a URL, exactly as libpq takes them; "" stands for the `PG…`
    ///   variables of the environment and libpq's defaults.
    public init(_ conninfo: String = "") {
        self.conninfo = conninfo
    }

    /// Checks the connection string without connecting.
    ///
    /// - Throws: ``PQError`` with ``PQError/Code/invalidOptions``; the message never quotes the string.
    public func validate() throws(PQError) {
        _ = try Conninfo(parsing: conninfo)
    }
}

extension PQOptions {
    /// Returns a connection string for the same server and another database.
    ///
    /// The last of several values counts, in keywords and in a URL.
    ///
    /// - Parameters:
    ///   - conninfo: The connection string.
    ///   - database: The other database, whose name needs no quotes.
    /// - Returns: A connection string of the same notation.
    package static func conninfo(_ conninfo: String, database: String) -> String {
        guard conninfo.hasPrefix("postgres://") || conninfo.hasPrefix("postgresql://") else {
            return "\(conninfo) dbname=\(database)"
        }
        return conninfo + (conninfo.contains("?") ? "&" : "?") + "dbname=\(database)"
    }
}

extension PQOptions {
    /// What the connection string says, as environment variables for another program of libpq; passwords are among them.
    package var variables: [String: String] {
        (try? Conninfo(parsing: conninfo))?.variables ?? [:]
    }
}

extension PQOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The connection string without passwords.
    public var description: String {
        guard let parsed = try? Conninfo(parsing: conninfo) else { return "(invalid connection options)" }
        return parsed.redacted
    }

    /// The connection string without passwords.
    public var debugDescription: String { "PQOptions(\(description))" }

    /// For `dump`, the connection string without passwords.
    public var customMirror: Mirror {
        Mirror(self, children: ["conninfo": description], displayStyle: .struct)
    }
}
