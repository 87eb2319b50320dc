import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How many start in a time.
extension BackOpsClient {
    /// Reads the rates that plans have named, or somebody has set, and how many wait for them.
    ///
    /// - Returns: The rates, by name.
    /// - Throws: ``BackOpsError``.
    public func rates() async throws -> [RateRecord] {
        try await call(engine.rates(named: nil)).read(RateRecord.init)
    }

    /// Reads one rate.
    ///
    /// - Parameter name: What is paced.
    /// - Returns: The rate; nil where no plan has named it, and nobody has set it.
    /// - Throws: ``BackOpsError``.
    public func rate(_ name: String) async throws -> RateRecord? {
        try await call(engine.rates(named: name)).read(RateRecord.init).first
    }

    /// Reads how many wait for a rate, and until when it is closed, key by key.
    ///
    /// - Parameters:
    ///   - name: What is paced.
    ///   - gate: Only those behind this one: the ``RateLine/gate`` of the last one of the page before.
    ///   - limit: The most to read.
    /// - Returns: Zero to `limit` lines, one where the rate has no keys, by their gates; none where it was not used lately.
    /// - Throws: ``BackOpsError``.
    public func rateLines(
        of name: String,
        after gate: String? = nil,
        limit: Int = 1000
    ) async throws -> [RateLine] {
        try await call(engine.rateLines(of: name, after: gate, limit: limit)).read(RateLine.init)
    }

    /// Sets how many start in a time, whatever plans say, until ``resetRate(_:reason:)``.
    ///
    /// It counts within two seconds: what has its time already starts. What was used up by the former pace is forgotten, but for one start.
    ///
    /// ```swift
    /// try await client.setRate("stripe", to: 50, reason: "they ask us to go slowly")
    /// ```
    ///
    /// - Parameters:
    ///   - name: What is paced; no plan needs to have named it before.
    ///   - count: How many start in that time, of each key where it has some: 1 to 1,000,000; nil is any number.
    ///   - per: The time, a millisecond to 365 days.
    ///   - burst: How many may start at the same moment after a pause, 1 to 1,000,000.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The setting as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a name, or a pace, that cannot be.
    @discardableResult
    public func setRate(
        _ name: String,
        to count: Int?,
        per: Duration = .seconds(1),
        burst: Int = 1,
        reason: String? = nil
    ) async throws -> RateSetting {
        let pace = count.map { RatePace(count: $0, per: per, burst: burst) }
        return try await setting(engine.setRate(name, to: pace, reason: reason))
    }

    /// Lets the pace of the plan hold again.
    ///
    /// - Parameters:
    ///   - name: What is paced.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The setting as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/wrongState`` where no plan has a count for it, and
    ///   ``BackOpsError/Code/noSuchOperation`` where there is no such rate.
    @discardableResult
    public func resetRate(_ name: String, reason: String? = nil) async throws -> RateSetting {
        try await setting(engine.resetRate(name, reason: reason))
    }

    /// Lets nothing more start under a rate until a date, unless it is closed for longer.
    ///
    /// What was let in for the next two seconds still starts. Each key of a rate is closed by itself.
    ///
    /// - Parameters:
    ///   - name: What is paced.
    ///   - date: Until when.
    ///   - key: Which key of it; "" is that of operations without the global. Nil is for a rate without keys, and closes none of those.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` where there is no such rate.
    public func closeRate(
        _ name: String,
        until date: Date,
        key: String? = nil,
        reason: String? = nil
    ) async throws {
        try await call(engine.closeRate(name, until: date, for: nil, key: key, reason: reason))
    }

    /// Lets nothing more start under a rate for some time, by the database's clock.
    ///
    /// - Parameters:
    ///   - name: What is paced.
    ///   - duration: For how long.
    ///   - key: As in ``closeRate(_:until:key:reason:)``.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: As ``closeRate(_:until:key:reason:)``.
    public func closeRate(
        _ name: String,
        for duration: Duration,
        key: String? = nil,
        reason: String? = nil
    ) async throws {
        try await call(engine.closeRate(name, until: nil, for: duration, key: key, reason: reason))
    }

    /// Opens a rate that was closed, by somebody or by an action.
    ///
    /// - Parameters:
    ///   - name: What is paced.
    ///   - key: As in ``closeRate(_:until:key:reason:)``.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: As ``closeRate(_:until:key:reason:)``.
    public func openRate(_ name: String, key: String? = nil, reason: String? = nil) async throws {
        try await call(engine.closeRate(name, until: nil, for: nil, key: key, reason: reason))
    }

    private func setting(_ statement: SQLStatement) async throws -> RateSetting {
        guard let setting = try await call(statement).read(RateSetting.init).first else {
            throw BackOpsError.noRow("the rate")
        }
        return setting
    }
}
