#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder with the programs of a PostgreSQL server, and their version.
public struct PostgresPrograms: Sendable, Hashable {
    /// The folder that holds `postgres` and `initdb`, as an absolute path.
    public let directory: String

    /// The exact version, such as `15.18` or `18beta1`.
    public let version: String

    /// The first number of the version, such as 15.
    public let majorVersion: Int

    /// Reads the version of the programs in one folder.
    ///
    /// Runs `postgres --version`, and blocks for the milliseconds that takes.
    ///
    /// - Parameter directory: The folder that holds `postgres` and `initdb`.
    /// - Returns: The programs, of whatever version.
    /// - Throws: ``DevPostgresError`` with ``DevPostgresError/Code/programsMissing`` when there are none
    ///   or they do not run.
    public static func at(_ directory: String) throws(DevPostgresError) -> PostgresPrograms {
        guard let programs = PostgresPrograms(inspecting: directory) else {
            throw DevPostgresError(
                .programsMissing,
                "There are no working programs `postgres` and `initdb` in \(directory)."
            )
        }
        return programs
    }

    /// The full path of a program in this folder, or nil when it is not there.
    ///
    /// - Parameter program: The program's name, such as `createdb`. Some packages ship only a few.
    /// - Returns: An absolute path.
    public func path(of program: String) -> String? {
        let path = "\(directory)/\(program)"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    init?(inspecting directory: String) {
        guard let resolved = Self.folderWithPrograms(directory),
            let line = SystemCall.firstLine(of: "\(resolved)/postgres", "--version"),
            let version = Self.version(in: line),
            let majorVersion = Int(version.prefix(while: \.isNumber))
        else { return nil }
        self.directory = resolved
        self.version = version
        self.majorVersion = majorVersion
    }

    /// Follows links of the folder, and of the program: `/usr/local/bin/postgres` often is one, and the other
    /// programs lie only where it leads.
    private static func folderWithPrograms(_ directory: String) -> String? {
        let target = SystemCall.resolve("\(directory)/postgres")
        let targetFolder = target.map { "/" + $0.split(separator: "/").dropLast().joined(separator: "/") }
        return [targetFolder, SystemCall.resolve(directory)].compactMap { $0 }.first { folder in
            ["postgres", "initdb"].allSatisfy {
                FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
            }
        }
    }

    /// `15.18` of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    private static func version(in line: String) -> String? {
        line.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init)
    }
}
