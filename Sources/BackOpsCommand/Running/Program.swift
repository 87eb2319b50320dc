package import ArgumentParser
import BackOps

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// From arguments to an exit code.
package enum Program {
    /// The name of the program that runs, for advice such as "backops retry 48213".
    @TaskLocal package static var name = "backops"

    /// The root of its commands, for `completions` and `man`.
    @TaskLocal static var root: (any AsyncParsableCommand.Type)?

    /// Makes the definitions that this program has; nil in the stand-alone one.
    @TaskLocal static var registry: RegistrySource?

    /// A class, because a task-local closure crashes an optimised build: the runtime gets no type for it.
    final class RegistrySource: Sendable {
        let make: @Sendable () async throws -> Registry

        init(_ make: @escaping @Sendable () async throws -> Registry) { self.make = make }
    }

    /// What the program was started as, without its folder.
    static var startedAs: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "backops"
    }

    /// Runs a command and ends the process.
    package static func run(_ root: any AsyncParsableCommand.Type, as name: String) async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let status = await $name.withValue(name) {
            await $root.withValue(root) { await self.status(of: root, arguments) }
        }
        exit(status.rawValue)
    }

    private static func status(
        of root: any AsyncParsableCommand.Type,
        _ arguments: [String]
    ) async -> ProgramStatus {
        do {
            try Suggestion.checkCommands(of: root, arguments)
            var command = try await root.asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .done
        } catch {
            return report(error, of: root)
        }
    }

    /// Says what went wrong on standard error; what is no error, such as the help that was asked for, goes to
    /// standard output.
    private static func report(_ error: any Error, of root: any AsyncParsableCommand.Type) -> ProgramStatus {
        if let problem = Problem(error) {
            StandardStream.error.write(problem.text(for: name, width: Style.of(.error).width))
            return problem.status
        }
        let status = ProgramStatus(rawValue: root.exitCode(for: error).rawValue)
        let text = root.fullMessage(for: error)
        if !text.isEmpty {
            let stream = status == .done ? StandardStream.output : .error
            stream.write(text + "\n")
        }
        return status
    }
}
