extension Mutant {
    private static let open = "open_approval(bigint,text,text,text,bigint)"
    private static let leave = "leave_wait(bigint,text,bigint,timestamptz)"

    static let ofApprovals: [Mutant] = [
        Mutant(
            "a second decision is taken",
            in: open,
            ("if v_approval.decision is not null then", "if false then")
        ),
        Mutant(
            "a decision is taken after the deadline",
            in: open,
            ("if v_approval.deadline <= v_now then", "if false then")
        ),
        Mutant(
            "a decision answers another question than was shown",
            in: open,
            ("if p_approval <> v_approval.id then", "if false then")
        ),
        Mutant(
            "an approval stays pending where its operation leaves it",
            in: "withdraw_approval(bigint,timestamptz)",
            ("where operation_id = p_operation_id", "where false")
        ),
        Mutant(
            "reschedule moves the job, and not the deadline",
            in: "reschedule_operation(bigint,timestamptz)",
            ("coalesce(move_deadline(reschedule_operation.id, at), at)", "at")
        ),
        Mutant(
            "extend moves no deadline",
            in: "move_deadline(bigint,timestamptz)",
            ("set deadline = p_until", "set deadline = deadline")
        ),
        Mutant(
            "a rejection goes on",
            in: leave,
            ("when 'rejected' then v.wait -> 'on_rejected'", "when 'rejected' then '\"go_on\"'")
        ),
        Mutant(
            "no global takes the decision",
            in: leave,
            ("v_patch := decision_patch(v.wait, v_approval);", "null;")
        ),
        Mutant(
            "an approval does not lapse",
            in: "settle_approval(bigint,jsonb,timestamptz)",
            ("v_approval.deadline <= p_now then", "false then")
        ),
    ]
}
