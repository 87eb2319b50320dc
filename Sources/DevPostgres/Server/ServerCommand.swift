/// The command line of the server.
enum ServerCommand {
    static let usualPort = 5432

    static func arguments(
        programs: PostgresPrograms,
        data: String,
        socketDirectory: String,
        settings: DevPostgres.Settings
    ) -> [String] {
        let folder = socketDirectory.split(separator: "\"", omittingEmptySubsequences: false)
        var values = [
            "listen_addresses": settings.port == nil ? "" : "127.0.0.1",
            "port": "\(settings.port ?? usualPort)",
            // A list, in which a folder's name may need quotes.
            "unix_socket_directories": "\"" + folder.joined(separator: "\"\"") + "\"",
            "max_connections": "\(settings.maxConnections)",
            "logging_collector": "off",
            "log_destination": "stderr",
        ]
        if !settings.durable { values.merge(fast) { $1 } }
        values.merge(settings.serverSettings) { $1 }
        return ["\(programs.directory)/postgres", "-D", data]
            + values.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }

    /// `synchronous_commit` stays on: it costs next to nothing without fsync, and a server that is killed
    /// then still has every commit, as fault tests expect.
    private static let fast = [
        "fsync": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        // The small segments of these clusters would bring a far smaller default, and frequent checkpoints.
        "max_wal_size": "256MB",
    ]
}
