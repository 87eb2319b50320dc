/// What is done to workers and server.
enum FaultKind: String, CaseIterable, Codable, Sendable, CodingKeyRepresentable {
    /// SIGKILL to a worker; another one is started.
    case kill
    /// SIGSTOP to a worker for half a lease up to two and a half, then SIGCONT.
    case stop
    /// SIGTERM to a worker; another one is started.
    case quit
    /// `pg_terminate_backend` on backends of workers and enqueuers.
    case terminate
    /// A fast restart of the server.
    case restart
    /// An immediate shutdown of the server, which recovers from its log afterwards.
    case immediate
    /// SIGKILL to the postmaster, and a start.
    case crash
    /// A foreign session that locks rows of jobs for a while.
    case lock
    /// A REPEATABLE READ snapshot, held for a while.
    case snapshot

    /// How often it comes, compared with the others.
    var weight: Int {
        switch self {
        case .kill, .stop, .terminate: 3
        case .lock, .quit: 2
        case .restart, .immediate, .crash, .snapshot: 1
        }
    }

    /// Whether it takes the server away: the next fault waits until it is back.
    var isServerFault: Bool { self == .restart || self == .immediate || self == .crash }
}
