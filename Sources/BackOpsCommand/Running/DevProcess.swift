import Subprocess
import Synchronization
import UnixSignals

#if canImport(System)
import System
#else
import SystemPackage
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A command that runs with our input and outputs: with a private server, or psql.
struct DevProcess {
    let command: [String]
    let variables: [String: String]
    /// Whether libpq's variables that we have ourselves count, too.
    var keepsOurs = false

    /// Runs the command with this process's input and outputs.
    ///
    /// A terminal sends ctrl-C to both, so that only SIGTERM and SIGHUP are passed on; the command decides.
    ///
    /// - Returns: The command's exit code, or 128 and the signal that ended it.
    func run(forwarding signals: SignalRelay) async throws -> ProgramStatus {
        let running = RunningProcess()
        let forwarding = Task {
            await signals.forEach { signal in if signal != .sigint { running.send(signal) } }
        }
        defer { forwarding.cancel() }
        return switch try await run(running) {
        case .exited(let code): ProgramStatus(rawValue: code)
        case .signaled(let signal): ProgramStatus(rawValue: 128 + signal)
        }
    }

    private func run(_ running: RunningProcess) async throws -> TerminationStatus {
        let program = command[0]
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(Array(command.dropFirst())),
                environment: environment,
                input: .currentStandardInput,
                output: .currentStandardOutput,
                error: .currentStandardError
            ) { execution in
                running.begin { try execution.send(signal: $0) }
            }
            running.end()
            return result.terminationStatus
        } catch let error as SubprocessError {
            throw Problem(.error, "cannot run \(program)", advice: "Is it installed? \(error)")
        }
    }

    /// Ours, without what would lead libpq elsewhere if that is not wanted.
    private var environment: Environment {
        var changes: [Environment.Key: String?] = [:]
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") && !keepsOurs {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        for (name, value) in variables {
            if let key = Environment.Key(rawValue: name) { changes[key] = value }
        }
        return .inherit.updating(changes)
    }
}

/// The command's process, as long as it can be signalled.
private final class RunningProcess: Sendable {
    private let sender = Mutex<(@Sendable (Signal) throws -> Void)?>(nil)

    func begin(_ send: @escaping @Sendable (Signal) throws -> Void) { sender.withLock { $0 = send } }

    func end() { sender.withLock { $0 = nil } }

    /// Passes a signal on; a process that has ended meanwhile needs none.
    func send(_ signal: UnixSignal) {
        let send = sender.withLock { $0 }
        try? send?(signal == .sighup ? .terminalClosed : .terminate)
    }
}
