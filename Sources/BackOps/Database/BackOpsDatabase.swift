public import LibPQ

/// The address of the engine's tables: how to connect, and their schema.
public struct BackOpsDatabase: Sendable {
    /// How to connect; TLS, several hosts, service files and passwords are libpq's business.
    public var options: PQOptions

    /// How to connect for LISTEN, when ``options`` lead through a pooler in transaction mode; nil is the same way.
    public var listenOptions: PQOptions?

    /// Whether LISTEN reaches the server; off where only a pooler in transaction mode does, so that workers poll.
    public var listens = true

    /// The most connections that a client keeps open, 1 or more; a worker lends that many to its actions, and needs two more.
    public var maxConnections: Int = 10

    package let schema: SchemaName

    /// The connection string as it was given; it may hold a password.
    package let conninfo: String

    /// Takes a connection string as libpq does.
    ///
    /// - Parameters:
    ///   - conninfo: `host=… dbname=…` or a `postgresql://` URL; what it leaves out comes from `PG*` variables,
    ///     service and password files, and libpq's defaults.
    ///   - schema: The schema's name.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` for a name that cannot be a
    ///   schema's, `PQError` for a string that libpq cannot read.
    public init(_ conninfo: String = "", schema: String = "backops") throws {
        self.schema = try SchemaName(schema)
        self.conninfo = conninfo
        options = PQOptions(conninfo)
        try options.validate()
    }

    /// The schema's name.
    public var schemaName: String { schema.text }
}
