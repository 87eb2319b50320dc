// Not there when everything is linked statically on Linux.
#if canImport(Testing)
public import BackOpsTesting
public import Testing

/// Gives every test of a suite a throw-away installation of the engine; see ``Testing/Trait/backops``.
///
/// A module of its own, because an executable that is linked statically, or for macOS, cannot contain the Testing
/// library: BackOpsTesting by itself can be used there.
public struct BackOpsTrait: TestTrait, SuiteTrait, TestScoping {
    /// Says how far the tests are kept apart.
    public let isolation: TestDatabase.Isolation

    /// Says that the tests inside a suite get one each, and those of suites inside it too.
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
        try await withTestDatabase(isolation: isolation) { _ in try await function() }
    }
}

extension Trait where Self == BackOpsTrait {
    /// Gives every test a throw-away schema with the engine in it: `@Suite(.backops)`.
    public static var backops: Self { BackOpsTrait(isolation: .schema) }

    /// Gives every test a throw-away schema or database with the engine in it.
    ///
    /// - Parameter isolation: Whether a schema is enough.
    /// - Returns: The trait.
    public static func backops(isolation: TestDatabase.Isolation) -> Self {
        BackOpsTrait(isolation: isolation)
    }
}
#endif
