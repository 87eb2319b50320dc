extension Corruption {
    /// An operation 20 whose plan is an approval, and then an action.
    private static func asking(_ options: String = "") -> String {
        """
        insert into operations (id, name, branches)
          values (20, 'Own', '{"main": [["W", {"approval": "refund"\(options)}], "B"]}');

        """
    }

    /// What somebody changes about approvals.
    static let approvals = brokenApprovals + decidedApprovals

    static let brokenApprovals = [
        Corruption(
            "approvals_are_asked",
            20,
            "an operation that waits for what nobody is asked",
            asking() + "delete from approvals"
        ),
        Corruption(
            "approvals_are_asked",
            20,
            "an approval that no operation waits for",
            asking()
                + "select skip(20); insert into approvals (operation_id, position, run, name) values (20, 1, 1, 'refund')"
        ),
        Corruption(
            "approvals_keep_deadlines",
            20,
            "a deadline that the job does not know",
            asking(#", "within": 3600"#) + "update approvals set deadline = deadline + interval '1 hour'"
        ),
        Corruption(
            "approvals_keep_deadlines",
            20,
            "a job that is due at another time than its deadline",
            asking(#", "within": 3600"#) + "update jobs set run_at = 'infinity' where operation_id = 20"
        ),
        Corruption(
            "approvals_keep_deadlines",
            20,
            "a reminder that was sent, and is to be sent again",
            asking(#", "remind": {"after": 3600, "operation": "Remind"}"#)
                + "update approvals set reminded_at = clock_now()"
        ),
    ]

    private static let decidedApprovals = [
        Corruption(
            "approvals_end_steps",
            99,
            "an approval of an operation that is not there",
            "insert into approvals (operation_id, position, run, name, decision, decided_at) values (99, 1, 1, 'x', 'lapsed', now())"
        ),
        Corruption(
            "approvals_end_steps",
            4,
            "an approval of an action",
            "insert into approvals (operation_id, position, run, name, decision, decided_at) values (4, 1, 1, 'x', 'lapsed', now())"
        ),
        Corruption(
            "approvals_end_steps",
            20,
            "an approval of a run to come",
            asking()
                + "insert into approvals (operation_id, position, run, name, decision, decided_at) values (20, 1, 2, 'x', 'lapsed', now())"
        ),
        Corruption(
            "approvals_end_steps",
            20,
            "a step that was approved, and nobody has",
            asking() + "select decide(20, 'refund', 'approved'); delete from approvals"
        ),
        Corruption(
            "approvals_end_steps",
            20,
            "a step that was approved, and somebody has rejected it",
            asking() + "select decide(20, 'refund', 'approved'); update approvals set decision = 'rejected'"
        ),
    ]
}
