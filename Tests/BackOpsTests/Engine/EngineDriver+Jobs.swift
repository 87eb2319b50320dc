import LibPQ
import Testing

extension EngineDriver {
    /// A claimed action.
    struct Job: Sendable, Equatable {
        let operation: Int64
        let claim: Int64
        let action: String
        let run: Int
        let attempt: Int
        let globals: String
    }

    /// What became of a completed action.
    struct Completion: Sendable {
        let outcome: String
        /// The action that was handed on to the same worker.
        let next: Job?
    }

    // MARK: - Claiming

    /// Claims due jobs of the worker's queues, best first.
    func claim(_ limit: Int = 1) async throws -> [Job] {
        try await jobs("select * from claim(\(worker), \(Int32(limit)))")
    }

    /// Claims one job, which must be there.
    func claimOne(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Job {
        try #require(try await claim().first, "nothing is due", sourceLocation: sourceLocation)
    }

    /// Claims a job whose worker died.
    func claimSuspect() async throws -> Job? {
        try await jobs("select * from claim_suspect(\(worker))").first
    }

    /// What the worker holds.
    func held() async throws -> [Job] {
        try await jobs("select * from held(\(worker))")
    }

    private func jobs(_ statement: SQLStatement) async throws -> [Job] {
        try await query(statement).map { row in
            Job(
                operation: try row.decode("operation_id"),
                claim: try row.decode("claim_id"),
                action: try row.decode("branch", as: String.self) + "/"
                    + row.decode("action", as: String.self),
                run: try row.decode("run"),
                attempt: try row.decode("attempt"),
                globals: try row.decode("globals")
            )
        }
    }

    // MARK: - Outcomes

    /// Completes an action.
    @discardableResult
    func complete(
        _ job: Job,
        set: PQJSON? = nil,
        unset: [String]? = nil,
        jump: String? = nil,
        at action: String? = nil,
        continues: Bool = true
    ) async throws -> Completion {
        let rows = try await query(
            """
            select * from complete(\(worker), \(job.operation), \(job.claim), \(set as PQJSON?), \(unset as [String]?), \(jump as String?), \(action as String?), \(continues))
            """
        )
        let row = try #require(rows.first)
        let outcome = try row.decode("outcome", as: String.self)
        guard outcome == "advanced" else { return Completion(outcome: outcome, next: nil) }
        let next = Job(
            operation: job.operation,
            claim: try row.decode("next_claim_id"),
            action: try row.decode("branch", as: String.self) + "/" + row.decode("action", as: String.self),
            run: try row.decode("run"),
            attempt: 1,
            globals: try row.decode("globals")
        )
        return Completion(outcome: outcome, next: next)
    }

    /// Fails an attempt and returns what became of it.
    @discardableResult
    func fail(
        _ job: Job,
        _ message: String = "broken",
        permanent: Bool = false,
        after: String? = nil
    ) async throws -> String {
        try await value(
            """
            select outcome from fail(\(worker), \(job.operation), \(job.claim), 'Mishap', \(message), 'there', \(permanent),
                                     \(after as String?)::interval)
            """
        )
    }

    /// Puts an action off.
    @discardableResult
    func snooze(_ job: Job, _ delay: String) async throws -> String {
        try await value(
            "select outcome from snooze(\(worker), \(job.operation), \(job.claim), \(delay)::interval)"
        )
    }

    /// Puts an action off, with limits.
    @discardableResult
    func snooze(
        _ job: Job,
        _ delay: String,
        atMost: Int32?,
        within: String? = nil
    ) async throws -> String {
        try await value(
            "select outcome from snooze(\(worker), \(job.operation), \(job.claim), \(delay)::interval, \(atMost), \(within)::interval)"
        )
    }

    /// Hands an action back.
    @discardableResult
    func release(_ job: Job, began: Bool = true) async throws -> String {
        try await value(
            "select outcome from release_many(\(worker), \([job.operation]), \([job.claim]), \(began))"
        )
    }

    /// Writes globals before the action ends; false when the claim is not the worker's any more.
    func checkpoint(_ job: Job, _ patch: PQJSON) async throws -> Bool {
        try await value("select checkpoint(\(worker), \(job.operation), \(job.claim), \(patch))")
    }

    // MARK: - Whole operations

    /// Claims and completes until nothing is due, jumping where it is told, and returns what ran, in order.
    ///
    /// - Parameters:
    ///   - jumps: Where an action jumps to when it runs first: `["main/A": ("side", nil)]`.
    ///   - limit: The most actions; more are an endless loop.
    /// - Returns: The actions as they ran: `main/A`.
    /// - Throws: `PQError`, or when it goes round in circles.
    @discardableResult
    func drain(
        jumps: [String: (branch: String, action: String?)] = [:],
        limit: Int = 50
    ) async throws -> [String] {
        var path: [String] = []
        var jumps = jumps
        while path.count < limit, let claimed = try await claim().first {
            var job: Job? = claimed
            while path.count < limit, let current = job {
                path.append(current.action)
                let jump = jumps.removeValue(forKey: current.action)
                job = try await complete(current, jump: jump?.branch, at: jump?.action).next
            }
        }
        try #require(path.count < limit, "it goes round in circles: \(path)")
        return path
    }

    /// Completes the actions of a batch, and tells what it was handed on: operations and claims.
    func complete(_ held: [(Int64, Int64)]) async throws -> [(Int64, Int64)] {
        let rows = try await query(
            """
            select operation_id, next_claim_id
              from complete_many(\(worker), \(held.map(\.0)), \(held.map(\.1)), null, null)
             where outcome = 'advanced'
            """
        )
        return try rows.map { try $0.decode(as: Int64.self, Int64.self) }
    }

    /// Claims and completes in batches until nothing is due, as a busy worker does.
    func drainInBatches(of size: Int = 500) async throws {
        var held: [(Int64, Int64)] = []
        repeat {
            if held.count < size {
                held += try await claim(size - held.count).map { ($0.operation, $0.claim) }
            }
            guard !held.isEmpty else { return }
            held = try await complete(held)
        } while true
    }
}
