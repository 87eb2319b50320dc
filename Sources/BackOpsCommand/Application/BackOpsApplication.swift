public import BackOps
public import Logging

/// Makes a program of operations: a worker that is its own command line.
///
/// ```swift
/// @main struct Shop: BackOpsApplication {
///     var operations: [any OperationDefinition] { Fulfilment(shop: LiveShop()) }
/// }
/// ```
///
/// `shop work` runs the operations, `shop migrate`, `shop enqueue`, `shop list` and the others do what the stand-alone
/// `backops` does; `shop --help` shows them all. The file with `@main` may have any name but `main.swift`.
///
/// ## Topics
/// - ``operations``
/// - ``actions``
/// - ``schedules``
/// - ``configuration``
/// - ``logger``
/// - ``name``
/// - ``version``
/// - ``abstract``
/// - ``main()``
public protocol BackOpsApplication: Sendable {
    /// Makes the application, when it is to work: the place to open what its actions need.
    ///
    /// Only `work`, and `check-deploy` and `graph`, which read its definitions, call it.
    ///
    /// - Throws: Anything; it is shown, and the program ends with 1.
    init() async throws

    /// The definitions that the worker knows.
    @OperationsBuilder var operations: [any OperationDefinition] { get }

    /// Actions that operations with branches of their own may use, besides those of ``operations``; none by default.
    var actions: [any Plannable] { get }

    /// The schedules that the application wants to have, and no others; none by default.
    ///
    /// Workers apply them when they start. A schedule removed from this list is paused; schedules created by hand are left alone. See the
    /// article Schedules.
    var schedules: [Schedule] { get }

    /// How the worker works, where the command line does not say otherwise.
    var configuration: WorkerConfiguration { get }

    /// Where the worker logs; nil, the default, is standard error, as `--log-level` and `--log-format` say.
    var logger: Logger? { get }

    /// The name of the command, in its help and its advice; by default what the program was started as.
    static var name: String { get }

    /// The version of the program, as its workers show it to `backops workers` and `backops doctor`, unless ``configuration`` has another; by
    /// default the linker's identifier of this build.
    static var version: String { get }

    /// Says in one sentence what the program is for, in its help.
    static var abstract: String { get }
}

extension BackOpsApplication {
    /// No further actions.
    public var actions: [any Plannable] { [] }

    /// No schedules.
    public var schedules: [Schedule] { [] }

    /// The default configuration.
    public var configuration: WorkerConfiguration { WorkerConfiguration() }

    /// Standard error.
    public var logger: Logger? { nil }

    /// What the program was started as.
    public static var name: String { Program.startedAs }

    /// The first digits of the build's identifier, such as "build 29516e4d", which is the same wherever the same file runs; empty where the
    /// linker was told to make none.
    public static var version: String { BuildIdentifier.current.map { "build \($0.prefix(8))" } ?? "" }

    /// A sentence that fits any application.
    public static var abstract: String { "Runs operations, and shows and steers them." }

    /// Runs the command that the arguments name, and ends the process with its exit code.
    ///
    /// It is `@concurrent` because the compiler takes no function that inherits its caller's isolation for `@main`.
    @concurrent
    public static func main() async {
        await Program.$registry.withValue(Program.RegistrySource { try await registry() }) {
            await Program.run(ApplicationCommand<Self>.self, as: name)
        }
    }

    @concurrent
    private static func registry() async throws -> Registry {
        let application = try await Self()
        return try Registry(application.operations, actions: application.actions)
    }
}
