import BackOps
import BackOpsCommand
import Foundation

/// An application as a user would write it; a test starts it as a process.
@main
struct TestApplication: BackOpsApplication {
    var operations: [any OperationDefinition] {
        Greeting()
        Stumbling()
    }

    var schedules: [Schedule] {
        ProcessInfo.processInfo.environment["TEST_SCHEDULE"].map {
            [Schedule("nightly", Greeting.self, .cron($0, timeZone: "Europe/Berlin"), overlap: .buffer)]
        } ?? []
    }

    /// Stack traces are for the tests that ask for them: looking up symbols costs every process a second.
    var configuration: WorkerConfiguration {
        var configuration = WorkerConfiguration()
        if ProcessInfo.processInfo.environment["TEST_STACK_TRACES"] == nil {
            configuration.stackTraces = .off
        }
        return configuration
    }
}

/// Completes, and leaves a trace in the globals.
struct Greeting: OperationDefinition {
    var branches: [Branch] {
        Do("Greet") { context in
            context["greeting"] = .string("Hello, \(context["name"]?.stringValue ?? "world")")
        }
        Do("Part") { context in context["parted"] = true }

        Branch("aside") { Do("Whisper") { _ in } }
    }
}

/// Fails for good at its second action.
struct Stumbling: OperationDefinition {
    var branches: [Branch] {
        Do("Walk") { _ in }
        Do("Fall") { _ in throw Failure.permanent("the floor was wet") }
        Do("Rise") { _ in }
    }
}
