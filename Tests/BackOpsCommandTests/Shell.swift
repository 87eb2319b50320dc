import BackOps
import BackOpsTesting
import DevPostgres
import Foundation
import Subprocess
import Testing

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// What a program that ran as a child process said, and how it ended.
struct Finished: Sendable {
    let code: Int32?
    let output: String
    let messages: String

    /// The one JSON document on standard output.
    func json() throws -> JSONValue { try JSONValue(parsing: output) }
}

enum ShellError: Error {
    case noProgram(String), tookTooLong([String])
}

/// Runs the programs of this package.
enum Shell {
    /// How long a program may take before it is killed and its test fails.
    private static let limit = Duration.seconds(600)

    /// Runs `backops` against the test's own database, without a terminal.
    static func backops(
        _ arguments: [String],
        input: String = "",
        variables: [String: String?] = [:]
    ) async throws -> Finished {
        try await run("backops", arguments, input: input, variables: ours.merging(variables) { $1 })
    }

    /// Expects that `backops` takes the arguments for wrong usage, and tells what would do in these words.
    static func expectWrongUsage(
        _ arguments: [String],
        _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let refused = try await backops(arguments)
        #expect(refused.code == 64, sourceLocation: sourceLocation)
        #expect(refused.messages.contains(words), "\(refused.messages)", sourceLocation: sourceLocation)
    }

    /// Runs `backops sql` past any pooler: psql begins with a search_path of its session, which PgBouncer refuses.
    static func sql(_ arguments: [String], input: String = "") async throws -> Finished {
        let variables = ["BACKOPS_DATABASE_URL": TestDatabase.current.directConninfo]
        return try await backops(["sql", "--"] + arguments, input: input, variables: variables)
    }

    /// Runs the application of these tests against the test's own database.
    static func application(
        _ arguments: [String],
        variables: [String: String?] = [:]
    ) async throws -> Finished {
        try await run(
            "BackOpsCommandTestApplication",
            arguments,
            variables: ours.merging(variables) { $1 }
        )
    }

    /// Leads a child to the test's own installation.
    private static var ours: [String: String?] {
        TestDatabase.current.variables.mapValues { $0 }
    }

    /// Runs a program that lies beside the test bundle.
    static func run(
        _ program: String,
        _ arguments: [String],
        input: String = "",
        variables: [String: String?] = [:]
    ) async throws -> Finished {
        try await run(path: try path(of: program), arguments, input: input, variables: variables)
    }

    /// Runs any program.
    static func run(
        path: String,
        _ arguments: [String],
        input: String = "",
        variables: [String: String?] = [:]
    ) async throws -> Finished {
        let environment = environment(variables)
        return try await withThrowingTaskGroup(of: Finished.self) { group in
            group.addTask {
                let result = try await Subprocess.run(
                    .path(FilePath(path)),
                    arguments: Arguments(arguments),
                    environment: environment,
                    input: .fileDescriptor(try file(holding: input), closeAfterSpawningProcess: true),
                    output: .string(limit: 1 << 22),
                    error: .string(limit: 1 << 22)
                )
                var code: Int32?
                if case .exited(let number) = result.terminationStatus { code = number }
                return Finished(code: code, output: result.standardOutput, messages: result.standardError)
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw ShellError.tookTooLong([path] + arguments)
            }
            defer { group.cancelAll() }
            guard let finished = try await group.next() else { throw CancellationError() }
            return finished
        }
    }

    /// Standard input is a file without a name: writing to a pipe that a program leaves unread would end the tests by SIGPIPE.
    private static func file(holding text: String) throws -> FileDescriptor {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        let file = try FileDescriptor.open(
            FilePath(path),
            .readWrite,
            options: [.create, .exclusiveCreate],
            permissions: .ownerReadWrite
        )
        try FileManager.default.removeItem(atPath: path)
        try file.writeAll(toAbsoluteOffset: 0, text.utf8)
        return file
    }

    /// Runs a program against the test's own database until the task is cancelled, which asks it to end.
    static func serve(_ program: String, _ arguments: [String]) async throws -> Finished {
        try await serve(path: try path(of: program), arguments)
    }

    /// The same for a program that lies anywhere.
    static func serve(path: String, _ arguments: [String]) async throws -> Finished {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
        let result = try await Subprocess.run(
            .path(FilePath(path)),
            arguments: Arguments(arguments),
            environment: environment(ours),
            platformOptions: options,
            output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 22)
        )
        var code: Int32?
        if case .exited(let number) = result.terminationStatus { code = number }
        return Finished(code: code, output: result.standardOutput, messages: result.standardError)
    }

    /// Ours, without what would lead a program elsewhere, and with some variables.
    private static func environment(_ variables: [String: String?]) -> Environment {
        var changes: [Environment.Key: String?] = [:]
        for name in [
            "NO_COLOR", "FORCE_COLOR", "COLUMNS", "BACKOPS_DATABASE_URL", "BACKOPS_SCHEMA",
            "BACKOPS_PREPARED_STATEMENTS", "BACKOPS_LISTEN_URL",
        ] {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        for (name, value) in variables {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(value) }
        }
        return .inherit.updating(changes)
    }

    /// The test bundle's path is among the arguments of every test runner.
    static func path(of program: String) throws -> String {
        for argument in CommandLine.arguments {
            guard let range = argument.range(of: ".xctest") else { continue }
            let bundle = URL(filePath: String(argument[..<range.upperBound]))
            let path = bundle.deletingLastPathComponent().appending(path: program).path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw ShellError.noProgram(program)
    }
}
