#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// From settings to a server that takes connections.
struct Launch {
    let settings: DevPostgres.Settings
    private let path: String

    init(_ settings: DevPostgres.Settings) {
        self.settings = settings
        path = settings.directory.map(Self.absolute) ?? TemporaryDirectory.newPath()
    }

    /// Finds the programs before anything is written; removes what it wrote of a throw-away server if it
    /// fails.
    func callAsFunction() async throws -> DevPostgres {
        TemporaryDirectory.removeLeftovers()
        let programs = try programs()
        let directory = try ClusterDirectory(preparing: path)
        do {
            switch try await ServerClaim.make(for: directory, within: settings.startTimeout) {
            case .guest(let file):
                return DevPostgres(guestOf: file, directory: directory, programs: programs)
            case .owner(let lock):
                let (start, running) = try await start(in: directory, programs: programs)
                return DevPostgres(owning: running, start: start, lock: lock)
            }
        } catch {
            if settings.directory == nil { try? FileManager.default.removeItem(atPath: directory.path) }
            throw error
        }
    }

    private func start(
        in directory: ClusterDirectory,
        programs: PostgresPrograms
    ) async throws -> (ServerStart, ServerStart.Running) {
        let account = try directory.account()
        try account.requireChangeOfUser()
        try account.requireAccess(to: programs.directory)
        if directory.majorVersion == nil {
            let template = ClusterTemplate(
                programs: programs,
                account: account,
                isDurable: settings.durable,
                cacheDirectory: settings.cacheDirectory
                    ?? ClusterTemplate.defaultCacheDirectory(environment: ProcessInfo.processInfo.environment),
                timeLimit: settings.startTimeout
            )
            try await template.makeCluster(in: directory)
        }
        let start = ServerStart(
            programs: programs,
            directory: directory,
            account: account,
            socketDirectory: try SocketDirectory.prepare(for: directory, account: account),
            settings: settings,
            isTemporary: settings.directory == nil
        )
        return (start, try await start())
    }

    /// The programs of the version that made the directory: another major version cannot read the data.
    private func programs() throws(DevPostgresError) -> PostgresPrograms {
        guard let made = ClusterDirectory(existing: path).majorVersion else {
            if let programs = settings.programs { return programs }
            return try .find()
        }
        if let programs = settings.programs, programs.majorVersion == made { return programs }
        var detail = "The given programs are of version \(settings.programs?.version ?? "")."
        if settings.programs == nil {
            do throws(DevPostgresError) {
                return try .find(versions: made...made, environment: ProcessInfo.processInfo.environment)
            } catch {
                detail = error.message
            }
        }
        throw DevPostgresError(
            .directoryUnusable,
            "\(path) was made by PostgreSQL \(made), and only its programs can use it. \(detail)"
        )
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
