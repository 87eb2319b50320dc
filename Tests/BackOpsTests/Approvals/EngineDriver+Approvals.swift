import LibPQ
import Testing

extension EngineDriver {
    /// A plan that asks for an approval between two actions, and has a branch for what nobody decides, or somebody rejects.
    static func approval(_ options: String = "") -> String {
        #"""
        {"main": ["A", ["ask", {"approval": "refund"\#(options)}], "B"], "late": ["L"]}
        """#
    }

    /// Decides and returns what stands in the row of `approvals`: `approved ann`.
    @discardableResult
    func decide(
        _ operation: Int64,
        _ decision: String = "approved",
        name: String = "refund",
        reason: String? = nil,
        by member: String? = "ann",
        approval number: Int64? = nil
    ) async throws -> String {
        try await value(
            """
            select concat_ws(' ', decision, decided_by, reason)
              from decide(\(operation), \(name), \(decision), \(reason as String?), \(member as String?), \(number as Int64?))
            """
        )
    }

    /// Moves a deadline by so much from now.
    func extend(_ operation: Int64, by time: String, as member: String? = nil) async throws {
        try await query(
            """
            select extend(\(operation), 'refund', clock_now() + \(time)::interval, 'a holiday', \(member as String?))
            """
        )
    }

    /// What an operation has asked for, in its order: `refund approved ann`.
    func approvals(_ operation: Int64) async throws -> [String] {
        try await values(
            "select concat_ws(' ', name, status, decided_by) from approval_status where operation_id = \(operation) order by id"
        )
    }

    /// How the approvals of an operation's plan ended, in its order: `ask approved ann`.
    func outcomes(_ operation: Int64) async throws -> [String] {
        try await values(
            """
            select concat_ws(' ', name, coalesce(wait_outcome, status), decided_by) from action_status
             where operation_id = \(operation) and wait ? 'approval'
             order by position
            """
        )
    }
}
