/// The processes of a PostgreSQL server on this machine.
struct ServerProcesses: Sendable {
    /// The process that starts all others.
    let postmaster: Int32

    /// Finds the server by one of its sessions; nil when it runs elsewhere.
    ///
    /// A number alone may be that of another process here: PostgreSQL writes the database into its processes' titles, and
    /// the benchmark's has a name of its own.
    init?(backend: Int32, database: String) {
        guard let title = ProcessFiles.commandLine(of: backend), title.contains(database),
            let parent = ProcessFiles.status(of: backend)?.parent
        else { return nil }
        postmaster = parent
    }

    /// Processor time that the server has used so far, in seconds: sessions that have ended and all helpers included.
    var seconds: Double? {
        guard let own = ProcessFiles.status(of: postmaster) else { return nil }
        let children = ProcessFiles.all.compactMap { ProcessFiles.status(of: $0) }
            .filter { $0.parent == postmaster }
        return children.reduce(own.used + own.usedByChildren) { $0 + $1.used }
    }
}
