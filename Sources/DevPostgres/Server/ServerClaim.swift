/// Decides who runs the server of a directory: this process, or one that was faster.
enum ServerClaim {
    /// The directory's owner lock is ours, and no server runs in it.
    case owner(FileLock)
    /// A server runs that is not ours.
    case guest(PostmasterFile)

    /// Waits until either answer is certain.
    ///
    /// Neither is while another process starts or stops the server, nor while one that lost its owner still
    /// ends: it answers, but not for long. A server without supervisor was started by hand, and may be
    /// shared.
    ///
    /// - Throws: `directoryUnusable` or `startFailed` when the time is over, or `CancellationError`.
    static func make(for directory: ClusterDirectory, within limit: Duration) async throws -> ServerClaim {
        let ownerLock = try FileLock(directory.ownerLock)
        let serverLock = try FileLock(directory.serverLock)
        let claim = try await Polling.answer(within: limit) { () -> ServerClaim? in
            let isOwner = ownerLock.tryLock()
            if isOwner, !serverLock.tryLock() { return nil }
            defer { serverLock.unlock() }
            switch directory.serverState() {
            case .absent: return isOwner ? .owner(ownerLock) : nil
            case .changing: return nil
            case .ready(let file): return .guest(file)
            }
        }
        if let claim { return claim }
        throw DevPostgresError(
            .startFailed,
            "Another server in \(directory.path) neither became ready nor ended within \(limit).",
            log: LogTail.lastLines(ofFile: directory.log, after: 0)
        )
    }
}
