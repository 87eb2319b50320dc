extension BadCalls {
    static let approvals: [(call: String, answer: String)] = [
        ("decide(null::bigint, 'x', 'approved')", "OP002"),
        ("decide(999, 'x', 'approved')", "OP002"),
        ("decide({r}, 'x', 'approved')", "OP005"),
        ("decide({r}, null, 'approved')", "OP005"),
        ("decide({r}, 'x', null)", "OP004"),
        ("decide({r}, 'x', 'perhaps')", "OP004"),
        ("decide({r}, 'x', 'approved', decided_by => '')", "OP004"),
        ("decide({f}, 'x', 'rejected')", "OP005"),
        ("decide({r}, 'x', 'approved', approval => 0)", "OP005"),
        ("decide({r}, 'x', 'approved', approval => null)", "OP005"),
        ("decide(null, 'k', 'x', 'approved')", "OP002"),
        ("decide('Flow', 'k', 'x', 'approved')", "OP002"),
        ("decide('Flow', null, 'x', 'approved')", "OP002"),
        ("extend(null::bigint, 'x', now())", "OP002"),
        ("extend(999, 'x', now())", "OP002"),
        ("extend({r}, 'x', null)", "OP004"),
        ("extend({r}, 'x', 'infinity')", "OP004"),
        ("extend({r}, 'x', now(), extended_by => '')", "OP004"),
        ("extend({r}, 'x', now())", "OP005"),
        ("extend({r}, 'x', now(), approval => -1)", "OP005"),
        ("extend('Flow', 'k', 'x', now())", "OP002"),
        ("may_decide(null, null)", "true"),
        ("may_decide('', 'x')", "false"),
        ("may_decide('x', null)", "false"),
    ]

    /// Reading plans, and the steps of `decide` and `extend`.
    static let partsOfApprovals: Set<String> = [
        "read_approval", "is_approver_name", "is_wait_choice", "ask_approval", "asked_question",
        "settle_approval", "remind_approvers", "withdraw_approval", "move_deadline", "nobody_decides",
        "who_decides", "is_operator", "open_approval", "refuse_unasked", "shown_approval", "decision_patch",
        "rejection_message", "explain_approval",
    ]
}
