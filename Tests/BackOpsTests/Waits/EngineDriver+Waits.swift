import LibPQ
import Testing

extension EngineDriver {
    /// A plan that asks for a decision between two actions, and has a branch for what nobody decides.
    static func decision(_ options: String = "") -> String {
        #"""
        {"main": ["A", ["decision", {"wait_for": ["approved", "rejected"]\#(options)}], "B"], "late": ["L"]}
        """#
    }

    /// Sends a signal and returns what became of it.
    @discardableResult
    func signal(
        _ operation: Int64,
        _ name: String = "approved",
        _ payload: PQJSON? = nil,
        key: String? = nil
    ) async throws -> String {
        try await value(
            "select signal(\(operation), \(name), \(payload as PQJSON?)::jsonb, \(key as String?)::text)"
        )
    }

    /// Enqueues an operation and brings it to the wait behind its first action.
    func enqueueToWait(_ globals: PQJSON = "{}") async throws -> Int64 {
        let id = try await enqueue("Flow", globals)
        #expect(try await complete(claimOne()).outcome == "queued")
        return id
    }

    /// How the waits of an operation ended, in the order of its plan: `decision signalled approved`.
    func waits(_ operation: Int64) async throws -> [String] {
        try await values(
            """
            select concat_ws(' ', name, coalesce(wait_outcome, status), signal) from action_status
             where operation_id = \(operation) and wait is not null
             order by position
            """
        )
    }

    /// What lies in the inbox of an operation, and what it has read: `approved read main/decision`.
    func signals(_ operation: Int64) async throws -> [String] {
        try await values(
            "select concat_ws(' ', name, status, read_by) from signal_status where operation_id = \(operation) order by id"
        )
    }

    /// How an operation stands: its status and its action.
    func place(_ operation: Int64) async throws -> String {
        try await value("select concat_ws(' ', status, action) from operation_status where id = \(operation)")
    }
}
