import BackOps
import LibPQ

/// Asks the engine itself for what is wrong, by `invariants()`, where the schema has it.
struct Invariants: Sendable {
    let client: BackOpsClient
    let memory: Memory

    /// Checks every few seconds while the faults go on.
    func watch(until deadline: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .seconds(5))
            do {
                guard let found = try await violations() else { return }
                memory.note { state in
                    state.violations += found
                    state.invariantChecks += 1
                }
            } catch  where Outage.explains(error) {
                // The next time.
            }
        }
    }

    /// Every row that `invariants()` returns, and what goes beyond limits; nil where the schema is older than the function.
    func violations() async throws -> [Violation]? {
        let isThere = try await client.pool.query(
            "select to_regprocedure('backops.invariants()') is not null"
        ).first?
        .decode(0, as: Bool.self)
        guard isThere == true else { return nil }
        var found = try await client.pool.query("select to_jsonb(i)::text from backops.invariants() as i").map
        {
            Violation("invariants()", try $0.decode(0, as: String.self))
        }
        for rule in Rule.limits + Rule.rates { found += try await rule.violations(client.pool) }
        return found
    }
}
