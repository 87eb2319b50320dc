// Not there when everything is linked statically on Linux.
#if canImport(Testing)
public import BackOpsTesting
public import Testing

/// Gives every test of a suite a throw-away installation of the engine; see ``Testing/Trait/backops``.
///
/// When a test has ended, the engine's invariants are checked; each violation is an issue of that test.
///
/// A module of its own, because an executable that is linked statically, or for macOS, cannot contain the Testing
/// library: BackOpsTesting by itself can be used there.
public struct BackOpsTrait: TestTrait, SuiteTrait, TestScoping {
    /// How far the tests are kept apart.
    public let isolation: TestDatabase.Isolation

    /// Whether the invariants are checked when a test has ended.
    public let checksInvariants: Bool

    /// Whether the tests inside a suite get one each, and those of suites inside it too; always true.
    public var isRecursive: Bool { true }

    /// Runs a test, or one case of a parameterised one, with a database of its own in `TestDatabase.current`.
    ///
    /// - Parameters:
    ///   - test: The test.
    ///   - testCase: The case.
    ///   - function: What runs it.
    /// - Throws: What the test throws, and what `withTestDatabase` does.
    @concurrent
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTestDatabase(isolation: isolation) { database in
            try await function()
            guard checksInvariants else { return }
            for violation in try await database.violations() {
                Issue.record(
                    "The test left its database broken: \(violation)",
                    sourceLocation: test.sourceLocation
                )
            }
        }
    }
}

extension Trait where Self == BackOpsTrait {
    /// Gives every test a throw-away schema with the engine in it: `@Suite(.backops)`.
    public static var backops: Self { .backops() }

    /// Gives every test a throw-away schema or database with the engine in it.
    ///
    /// - Parameters:
    ///   - isolation: Whether a schema is enough.
    ///   - checksInvariants: Whether to check the engine's invariants when the test has ended; false for a test that
    ///     breaks them on purpose.
    /// - Returns: The trait.
    public static func backops(
        isolation: TestDatabase.Isolation = .schema,
        checksInvariants: Bool = true
    ) -> Self {
        BackOpsTrait(isolation: isolation, checksInvariants: checksInvariants)
    }
}
#endif
