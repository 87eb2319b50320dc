import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Approvals as a table, a line each.
struct ApprovalTable {
    private let now: Date

    init(now: Date = Date()) { self.now = now }

    func text(_ approvals: [PendingApproval], _ style: Style) -> String {
        var table = Table([
            "OPERATION", "NAME", "KEY", "APPROVAL", "NUMBER", "BY", "ASKED", "UNTIL", "QUESTION",
        ])
        table.shrinkable = [1, 2, 3, 5, 8]
        table.least = [8: 20, 1: 10, 2: 8, 3: 8, 5: 8]
        table.dispensable = [2, 6, 1]
        table.rows = approvals.map { approval in
            [
                Table.Cell("#\(approval.operationID)"), Table.Cell(approval.operation),
                Table.Cell(approval.key ?? "—"), Table.Cell(approval.name), Table.Cell("\(approval.id)"),
                Table.Cell(approval.role ?? "anybody"), Table.Cell(Ago.sentence(approval.askedAt, now: now)),
                Table.Cell(approval.deadline.map { Ago.sentence($0, now: now) } ?? "—"),
                Table.Cell(approval.question ?? ""),
            ]
        }
        return table.text(style)
    }

    func text(_ approvals: [ApprovalRecord], _ style: Style) -> String {
        var table = Table(["APPROVAL", "NUMBER", "ASKED", "STATUS", "BY", "DECIDED", "REASON", "QUESTION"])
        table.shrinkable = [0, 4, 6, 7]
        table.least = [0: 8, 4: 8, 6: 14, 7: 14]
        table.dispensable = [7, 2]
        table.rows = approvals.map { approval in
            [
                Table.Cell(approval.name), Table.Cell("\(approval.id)"),
                Table.Cell(Ago.sentence(approval.askedAt, now: now)),
                Table.Cell(approval.status.rawValue),
                Table.Cell(approval.decidedBy ?? approval.role ?? "anybody"),
                Table.Cell(approval.decidedAt.map { Ago.sentence($0, now: now) } ?? "—"),
                Table.Cell(approval.reason ?? ""), Table.Cell(approval.question ?? ""),
            ]
        }
        return table.text(style)
    }
}

extension PendingApproval {
    /// The approval as `--json` shows it, under the names of the view `pending_approvals`.
    var json: JSONValue {
        [
            "id": .integer(id), "operation_id": .integer(operationID), "operation": .string(operation),
            "key": JSONValue(key), "name": .string(name), "role": JSONValue(role),
            "question": JSONValue(question), "asked_at": JSONValue(askedAt), "deadline": JSONValue(deadline),
            "reminded_at": JSONValue(remindedAt), "may_decide": .bool(mayDecide),
        ]
    }
}

extension ApprovalRecord {
    /// The approval as `--json` shows it, under the names of the view `approval_status`.
    var json: JSONValue {
        [
            "id": .integer(id), "operation_id": .integer(operationID), "run": .integer(Int64(run)),
            "name": .string(name), "role": JSONValue(role), "question": JSONValue(question),
            "status": .string(status.rawValue), "asked_at": JSONValue(askedAt),
            "deadline": JSONValue(deadline), "reminded_at": JSONValue(remindedAt),
            "decided_by": JSONValue(decidedBy), "vouched_by": JSONValue(vouchedBy),
            "decided_at": JSONValue(decidedAt), "reason": JSONValue(reason),
        ]
    }
}
