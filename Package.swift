// swift-tools-version: 6.3

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .treatAllWarnings(as: .error),  // SE-0480
]

let package = Package(
    name: "backops",
    products: [
        .library(name: "BackOps", targets: ["BackOps"]),
        .library(name: "LibPQ", targets: ["LibPQ"]),
        .library(name: "BackOpsTesting", targets: ["BackOpsTesting"]),
        .library(name: "BackOpsTestingTraits", targets: ["BackOpsTestingTraits"]),
        .library(name: "BackOpsCommand", targets: ["BackOpsCommand"]),
        .library(name: "BackOpsPrometheus", targets: ["BackOpsPrometheus"]),
        .library(name: "DevPostgres", targets: ["DevPostgres"]),
        .executable(name: "backops", targets: ["BackOpsExecutable"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Without its default trait, so that Foundation is not linked for its sake.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // C, as little as possible.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CThrowHook"),

        // PostgreSQL, without a word about operations.
        .target(
            name: "LibPQ",
            dependencies: ["CLibPQ"],
            swiftSettings: settings + [.strictMemorySafety()]  // SE-0458
        ),

        // What users import.
        .target(
            name: "BackOps",
            dependencies: [
                "LibPQ",
                "CThrowHook",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings,
            plugins: ["EmbedMigrationsPlugin"]
        ),
        // Metrics for Prometheus, and a port for probes.
        .target(
            name: "BackOpsPrometheus",
            dependencies: [
                "BackOps",
                "LibPQ",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "BackOpsTesting",
            dependencies: ["BackOps", "DevPostgres", "LibPQ"],
            swiftSettings: settings
        ),
        // Apart, because no executable that is linked statically can contain the Testing library.
        .target(
            name: "BackOpsTestingTraits",
            dependencies: ["BackOpsTesting"],
            swiftSettings: settings
        ),
        .target(
            name: "DevPostgres",
            dependencies: [.product(name: "Subprocess", package: "swift-subprocess")],
            swiftSettings: settings
        ),
        .target(
            name: "BackOpsCommand",
            dependencies: [
                "BackOps",
                "BackOpsPrometheus",
                "DevPostgres",
                "LibPQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // Apart, because applications have no use for it.
        .target(
            name: "BackOpsBenchmarks",
            dependencies: [
                "BackOps",
                "BackOpsCommand",
                "DevPostgres",
                "LibPQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        // Not "backops": a folder of that name collides with BackOps where file names ignore case.
        .executableTarget(
            name: "BackOpsExecutable",
            dependencies: [
                "BackOpsBenchmarks",
                "BackOpsCommand",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // Turns the SQL files below Migrations into Swift when the package is built.
        .executableTarget(name: "EmbedMigrations", swiftSettings: settings),
        .plugin(
            name: "EmbedMigrationsPlugin",
            capability: .buildTool(),
            dependencies: ["EmbedMigrations"],
            path: "Sources/EmbedMigrationsPlugin"
        ),

        .testTarget(name: "TidyTests", swiftSettings: settings),
        // What tests of several targets use: waiting, processes, sockets. No product.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "LibPQTests",
            dependencies: ["LibPQ", "DevPostgres", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DevPostgresTests",
            dependencies: [
                "DevPostgres",
                "DevPostgresTestHost",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        // A process for the tests to kill.
        .executableTarget(
            name: "DevPostgresTestHost",
            dependencies: ["DevPostgres"],
            path: "Tests/DevPostgresTestHost",
            swiftSettings: settings
        ),
        // A worker in a process of its own, for tests that kill it.
        .executableTarget(
            name: "TestWorker",
            dependencies: ["BackOps"],
            path: "Tests/TestWorker",
            swiftSettings: settings
        ),
        // What runs while Tests/Failover/run takes the primary away.
        .executableTarget(
            name: "FailoverLoad",
            dependencies: ["BackOps", "LibPQ"],
            path: "Tests/Failover/Load",
            swiftSettings: settings
        ),
        .testTarget(
            name: "BackOpsTests",
            dependencies: [
                "BackOps",
                "BackOpsTesting",
                "BackOpsTestingTraits",
                "LibPQ",
                "DevPostgres",
                "TestSupport",
                "TestWorker",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            exclude: [
                "Migration/Frozen", "Migration/schema.sql", "Schedules/expected-slots.py",
                "Schedules/expected-slots.txt",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BackOpsPrometheusTests",
            dependencies: [
                "BackOps",
                "BackOpsPrometheus",
                "BackOpsTesting",
                "BackOpsTestingTraits",
                "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        // What the engine's functions do, as a value: the histories compare the two, and the simulation has it for a database.
        .target(
            name: "EngineModel",
            dependencies: ["BackOps", "BackOpsTesting"],
            path: "Tests/EngineModel",
            swiftSettings: settings
        ),
        // Many workers against the model, in virtual time.
        .executableTarget(
            name: "Simulation",
            dependencies: [
                "BackOps",
                "BackOpsCommand",
                "EngineModel",
                "LibPQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Simulation",
            exclude: ["mutants"],
            swiftSettings: settings
        ),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: settings),
        // The engine's functions against the model of them, against each other, and against bad input.
        .testTarget(
            name: "EngineModelTests",
            dependencies: ["BackOps", "BackOpsTesting", "BackOpsTestingTraits", "EngineModel", "LibPQ"],
            swiftSettings: settings
        ),
        // Faults that are injected from outside: processes that are killed or frozen, connections that are cut, servers that
        // go away. A target of its own, so that they can be run apart.
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "BackOps",
                "DevPostgres",
                "FaultTestWorker",
                "LibPQ",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // A worker whose actions misbehave, for the tests of faults.
        .executableTarget(
            name: "FaultTestWorker",
            dependencies: ["BackOps", .product(name: "Logging", package: "swift-log")],
            path: "Tests/FaultTestWorker",
            swiftSettings: settings
        ),
        .testTarget(
            name: "BackOpsCommandTests",
            dependencies: [
                "BackOps",
                "BackOpsCommand",
                "BackOpsCommandTestApplication",
                "BackOpsCommandTestShop",
                "BackOpsExecutable",
                "BackOpsTesting",
                "BackOpsTestingTraits",
                "DevPostgres",
                "GettingStartedSample",
                "TestSupport",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        // The programs of README.md and of the documentation, so that they compile, as a user's would; see TidyTests.
        .target(
            name: "READMESample",
            dependencies: ["BackOps", "BackOpsCommand"],
            path: "Tests/Samples/README",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
        .target(
            name: "ApplicationSample",
            dependencies: ["BackOps", "BackOpsCommand", .product(name: "Logging", package: "swift-log")],
            path: "Tests/Samples/Application",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
        .target(
            name: "WorkerSample",
            dependencies: ["BackOps"],
            path: "Tests/Samples/Worker",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
        // Executable, because a test runs the commands of the page.
        .executableTarget(
            name: "GettingStartedSample",
            dependencies: ["BackOps", "BackOpsCommand"],
            path: "Tests/Samples/GettingStarted",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
        .testTarget(
            name: "TestingSample",
            dependencies: ["BackOps", "BackOpsTesting", "BackOpsTestingTraits"],
            path: "Tests/Samples/Testing",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
        // Kills, freezes and cuts off what runs, and checks afterwards that nothing was lost.
        .executableTarget(
            name: "Chaos",
            dependencies: [
                "BackOps",
                "BackOpsCommand",
                "DevPostgres",
                "LibPQ",
                "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Chaos",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChaosTests",
            dependencies: [
                "BackOps",
                "BackOpsTesting",
                "BackOpsTestingTraits",
                "Chaos",
                "LibPQ",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BackOpsBenchmarksTests",
            dependencies: [
                "BackOps",
                "BackOpsBenchmarks",
                "BackOpsCommand",
                "BackOpsTesting",
                "BackOpsTestingTraits",
                "LibPQ",
            ],
            swiftSettings: settings
        ),
        // The application of the page "Three in the morning", whose commands a test runs.
        .executableTarget(
            name: "BackOpsCommandTestShop",
            dependencies: ["BackOps", "BackOpsCommand"],
            path: "Tests/BackOpsCommandTestShop",
            swiftSettings: settings
        ),
        // An application, for the tests of its commands.
        .executableTarget(
            name: "BackOpsCommandTestApplication",
            dependencies: ["BackOps", "BackOpsCommand"],
            path: "Tests/BackOpsCommandTestApplication",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
