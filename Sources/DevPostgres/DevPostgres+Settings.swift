extension DevPostgres {
    /// How a private server is made and started.
    ///
    /// The defaults give a throw-away server on a Unix socket, fast rather than safe against power failures.
    public struct Settings: Sendable {
        /// Where the server lives, created if need be; nil for a temporary folder that ends with the server.
        ///
        /// It must be empty or have been made by this module. When this process runs as root, PostgreSQL
        /// runs as another user, to whom the folder is given.
        public var directory: String?

        /// Whether commits survive a crash of the machine.
        ///
        /// Off, they survive only a crash of the server.
        public var durable: Bool

        /// The TCP port on 127.0.0.1 to listen on besides the Unix socket, 1...65535; nil for the socket
        /// alone.
        ///
        /// Every user of the machine can connect to the port, without a password.
        public var port: Int?

        /// More settings of `postgresql.conf`, which win over the ones this module chooses.
        public var serverSettings: [String: String]

        /// The most connections at once, 1...10,000.
        public var maxConnections: Int

        /// The server programs; nil to find them (``PostgresPrograms/find(minimumMajor:)``), of the
        /// version that made the directory if there is one.
        public var programs: PostgresPrograms?

        /// How long making and starting the server may take, recovery after a crash included.
        public var startTimeout: Duration

        /// The folder with templates of new clusters; nil for `backops/postgres` in the user's cache folder.
        public var cacheDirectory: String?

        /// Creates settings.
        ///
        /// - Parameters:
        ///   - directory: Where the server lives; nil for a temporary folder.
        ///   - durable: Whether commits survive a crash of the machine.
        ///   - port: A TCP port on 127.0.0.1, 1...65535; nil for the Unix socket alone.
        ///   - serverSettings: More settings of `postgresql.conf`.
        ///   - maxConnections: The most connections at once, 1...10,000.
        ///   - programs: The server programs; nil to find them.
        ///   - startTimeout: How long making and starting the server may take.
        ///   - cacheDirectory: The folder with templates of new clusters; nil for the user's cache.
        public init(
            directory: String? = nil,
            durable: Bool = false,
            port: Int? = nil,
            serverSettings: [String: String] = [:],
            maxConnections: Int = 100,
            programs: PostgresPrograms? = nil,
            startTimeout: Duration = .seconds(60),
            cacheDirectory: String? = nil
        ) {
            precondition(port.map((1...65535).contains) ?? true, "port must be in 1...65535")
            precondition((1...10_000).contains(maxConnections), "maxConnections must be in 1...10000")
            self.directory = directory
            self.durable = durable
            self.port = port
            self.serverSettings = serverSettings
            self.maxConnections = maxConnections
            self.programs = programs
            self.startTimeout = startTimeout
            self.cacheDirectory = cacheDirectory
        }
    }
}
