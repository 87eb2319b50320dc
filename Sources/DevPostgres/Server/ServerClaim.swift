/// Decides who runs the server of a directory: this process, or one that was faster.
enum ServerClaim {
    /// The directory's lock is ours, and no server runs in it.
    case owner(FileLock)
    /// A server runs that is not ours.
    case guest(PostmasterFile)

    /// How long a server without an owner may take to end, as it does when its process died, before it is
    /// taken for one that somebody started by hand.
    private static let orphanLimit = Duration.seconds(10)

    /// Waits until either answer is certain: while another process starts the server or ours is still
    /// stopping, neither is.
    ///
    /// - Throws: `directoryUnusable` or `startFailed` when the time is over, or `CancellationError`.
    static func make(for directory: ClusterDirectory, within limit: Duration) async throws -> ServerClaim {
        guard let lock = FileLock(directory.lock) else {
            throw DevPostgresError(
                .directoryUnusable,
                "\(directory.lock) cannot be opened: \(SystemCall.lastError)."
            )
        }
        let orphanEnd = ContinuousClock.now + orphanLimit
        let claim = try await Polling.answer(within: limit) { () -> ServerClaim? in
            let isOwner = lock.tryLock()
            switch directory.serverState() {
            case .absent: return isOwner ? .owner(lock) : nil
            case .changing: return nil
            case .ready(let file): return isOwner && ContinuousClock.now < orphanEnd ? nil : .guest(file)
            }
        }
        if let claim { return claim }
        throw DevPostgresError(
            .startFailed,
            "Another process owns the server in \(directory.path), but it was not ready within \(limit).",
            log: LogTail.lastLines(ofFile: directory.log, after: 0)
        )
    }
}
