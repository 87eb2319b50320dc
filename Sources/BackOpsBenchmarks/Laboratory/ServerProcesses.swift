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
    ///
    /// What a session has used moves to the postmaster when that takes note of its end, which is just when a run is over. It
    /// is counted once only if nothing has moved while the others were read.
    var seconds: Double? {
        var last: Double?
        for _ in 0..<Self.attempts {
            guard let before = ProcessFiles.status(of: postmaster) else { return nil }
            let children = ProcessFiles.all.compactMap { ProcessFiles.status(of: $0) }
                .filter { $0.parent == postmaster }
            guard let after = ProcessFiles.status(of: postmaster) else { return nil }
            last = children.reduce(after.used + after.usedByChildren) { $0 + $1.used }
            if before.usedByChildren == after.usedByChildren { return last }
        }
        return last
    }

    /// A server on which sessions end all the time has no such moment; then the last look counts.
    private static let attempts = 20
}
