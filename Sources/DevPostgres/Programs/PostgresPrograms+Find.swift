#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension PostgresPrograms {
    /// Finds the programs of a PostgreSQL server on this machine.
    ///
    /// Looks in the folder named by the environment variable `BACKOPS_POSTGRES_BIN`, and nowhere else if
    /// it is set; then in `PATH`, in the usual folders of Debian, Red Hat, Homebrew and Postgres.app,
    /// newest version first, and last where `pg_config` points to. Versions that are too old are passed
    /// over. Blocks for the milliseconds that `postgres --version` takes.
    ///
    /// - Parameter minimumMajor: The oldest usable major version.
    /// - Returns: The first that fits.
    /// - Throws: ``DevPostgresError`` with ``DevPostgresError/Code/programsMissing`` or
    ///   ``DevPostgresError/Code/tooOld``; the message says what to install.
    public static func find(minimumMajor: Int = 15) throws(DevPostgresError) -> PostgresPrograms {
        try find(versions: minimumMajor..., environment: ProcessInfo.processInfo.environment)
    }

    /// Finds programs of given versions, in a given environment.
    package static func find(
        versions: some RangeExpression<Int>,
        environment: [String: String]
    ) throws(DevPostgresError) -> PostgresPrograms {
        if let directory = environment["BACKOPS_POSTGRES_BIN"], !directory.isEmpty {
            return try named(directory, versions: versions)
        }
        var unfit: PostgresPrograms?
        for candidates in [searchPath(environment), usualDirectories(), configured(environment)] {
            for directory in candidates {
                guard let programs = PostgresPrograms(inspecting: directory) else { continue }
                if versions.contains(programs.majorVersion) { return programs }
                unfit = unfit ?? programs
            }
        }
        if let unfit { throw wrongVersion(unfit, wanted: versions) }
        throw DevPostgresError(.programsMissing, "No PostgreSQL server programs were found. \(advice)")
    }

    private static func named(
        _ directory: String,
        versions: some RangeExpression<Int>
    ) throws(DevPostgresError) -> PostgresPrograms {
        guard let programs = PostgresPrograms(inspecting: directory) else {
            throw DevPostgresError(
                .programsMissing,
                "BACKOPS_POSTGRES_BIN is \(directory), but there are no working programs `postgres` and `initdb`."
            )
        }
        guard versions.contains(programs.majorVersion) else { throw wrongVersion(programs, wanted: versions) }
        return programs
    }

    private static func wrongVersion(
        _ programs: PostgresPrograms,
        wanted: some RangeExpression<Int>
    ) -> DevPostgresError {
        let range = wanted.relative(to: 0..<Int.max)
        let name = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or newer"
        return DevPostgresError(
            .tooOld,
            "PostgreSQL \(name) is needed; \(programs.directory) has \(programs.version). \(advice)"
        )
    }

    private static var advice: String {
        #if os(macOS)
        let install = "`brew install postgresql@18`"
        #else
        let install =
            "`apt-get install postgresql` (Debian, Ubuntu) or `dnf install postgresql-server` (Fedora)"
        #endif
        return """
            Install them with \(install), or set BACKOPS_POSTGRES_BIN to the folder that holds `postgres` \
            and `initdb`.
            """
    }
}

// MARK: - Places

extension PostgresPrograms {
    private static func searchPath(_ environment: [String: String]) -> [String] {
        (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    }

    /// Known without running anything, and so before `pg_config`, which takes 30 to 50 ms.
    private static func usualDirectories() -> [String] {
        versioned(in: "/usr/lib/postgresql", prefix: "", suffix: "/bin")
            + versioned(in: "/usr", prefix: "pgsql-", suffix: "/bin")
            + versioned(in: "/opt/homebrew/opt", prefix: "postgresql@", suffix: "/bin")
            + versioned(in: "/usr/local/opt", prefix: "postgresql@", suffix: "/bin")
            + versioned(in: "/Applications/Postgres.app/Contents/Versions", prefix: "", suffix: "/bin")
            + ["/opt/homebrew/bin", "/usr/local/bin", "/usr/local/pgsql/bin", "/usr/bin"]
    }

    /// The subfolders that end in a version number, newest first.
    private static func versioned(in folder: String, prefix: String, suffix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }
            .compactMap { name in Int(name.dropFirst(prefix.count)).map { (version: $0, name: name) } }
            .sorted { $0.version > $1.version }
            .map { "\(folder)/\($0.name)\(suffix)" }
    }

    private static func configured(_ environment: [String: String]) -> [String] {
        let programs = searchPath(environment).map { "\($0)/pg_config" }
        guard let program = programs.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            return []
        }
        return SystemCall.firstLine(of: program, "--bindir").map { [$0] } ?? []
    }
}
