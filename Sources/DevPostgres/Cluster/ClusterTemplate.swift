#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes new clusters, from a copy of an initialised one where possible: 80 ms instead of 600 for `initdb`.
///
/// One template for each build of PostgreSQL is kept in the user's cache folder. Of several processes
/// that start at once the first makes it, under a lock, and the others wait and copy. A cache that cannot
/// be used is no error: `initdb` runs then.
struct ClusterTemplate {
    let programs: PostgresPrograms
    let account: ServerAccount
    let isDurable: Bool
    let cacheDirectory: String
    let timeLimit: Duration

    private var template: String {
        let build = StableHash.value(of: "1 \(programs.directory) \(account.userID) \(isDurable)")
        return "\(cacheDirectory)/\(programs.version)-\(String(build, radix: 36))"
    }

    /// Fills the data folder of a directory that has none.
    ///
    /// - Throws: `initFailed` with the output of `initdb`, or `CancellationError`.
    func makeCluster(in directory: ClusterDirectory) async throws {
        let unfinished = "\(directory.path)/data.unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        if try await !copyTemplate(to: unfinished) {
            let lock = try await lockCache()
            defer { lock?.unlock() }
            // The one that had the lock before may have made it.
            let isCopied = lock == nil ? false : try await copyTemplate(to: unfinished)
            if !isCopied {
                try await initialize(unfinished)
                if lock != nil { try await store(unfinished) }
            }
        }
        if isDurable { try await initdb(["--sync-only", "-D", unfinished]) }
        guard SystemCall.move(unfinished, to: directory.data) else {
            throw DevPostgresError(
                .initFailed,
                "\(directory.data) cannot be created: \(SystemCall.lastError)."
            )
        }
    }

    private func initialize(_ data: String) async throws {
        var arguments = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
        arguments += ["-N", "--no-instructions"]
        // Small files are faster to copy: 28 MB instead of 39.
        if !isDurable { arguments += ["--wal-segsize=1"] }
        try await initdb(arguments)
    }

    private func initdb(_ arguments: [String]) async throws {
        let command = Command(program: "\(programs.directory)/initdb", arguments: arguments, account: account)
        guard let failure = try await command.failure() else { return }
        throw DevPostgresError(.initFailed, "initdb of PostgreSQL \(programs.version) failed.", log: failure)
    }

    // MARK: The cache

    private func copyTemplate(to data: String) async throws -> Bool {
        guard SystemCall.status(of: "\(template)/PG_VERSION") != nil else { return false }
        if try await Self.copy(template, to: data) { return true }
        try? FileManager.default.removeItem(atPath: data)
        return false
    }

    private func store(_ data: String) async throws {
        let unfinished = "\(template).unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        guard try await Self.copy(data, to: unfinished), SystemCall.move(unfinished, to: template) else {
            try? FileManager.default.removeItem(atPath: unfinished)
            return
        }
    }

    /// Keeps owners: root copies what belongs to the server's user.
    private static func copy(_ source: String, to target: String) async throws -> Bool {
        try await Command(program: "/bin/cp", arguments: ["-Rp", source, target]).failure() == nil
    }

    /// Nil when the folder is unusable, or somebody holds the lock for too long.
    private func lockCache() async throws -> FileLock? {
        try? FileManager.default.createDirectory(atPath: cacheDirectory, withIntermediateDirectories: true)
        // A folder that others could write to would let them choose what our server runs.
        guard let status = SystemCall.status(of: cacheDirectory), status.isDirectory,
            status.owner == SystemCall.userID, status.mode & 0o022 == 0,
            let lock = try? FileLock("\(template).lock")
        else { return nil }
        return try await Polling.answer(within: timeLimit) { lock.tryLock() ? lock : nil }
    }

    /// `backops/postgres` in the user's cache folder.
    static func defaultCacheDirectory(environment: [String: String]) -> String {
        let home = environment["HOME"] ?? TemporaryDirectory.base() + "/backops-\(SystemCall.userID)"
        #if os(macOS)
        let cache = "\(home)/Library/Caches"
        #else
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.cache"
        #endif
        return "\(cache)/backops/postgres"
    }
}
