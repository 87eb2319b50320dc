extension Mutant {
    private static let comers = "pace_newcomers(bigint[],timestamptz)"
    private static let line = "pace_waiters(text[],timestamptz,timestamptz,integer)"
    private static let look = "advance_limits(integer)"
    private static let consume = "consume(text,integer,text)"
    private static let setRate = "set_rate(text,integer,interval,integer,text)"
    private static let close = "close_gate(text,text,timestamptz)"
    private static let declareRates = "declare_rates(jsonb[],boolean)"
    private static let letIn = "let_in(bigint[],timestamptz,timestamptz[])"

    static let ofRates: [Mutant] = ofStarts + ofNumbers

    private static let ofStarts = [
        Mutant("a rate knows no burst", in: comers, ("r.before * r.gap - r.tolerance", "r.before * r.gap")),
        Mutant(
            "a line knows no burst",
            in: line,
            ("* v.gap - v.tolerance) as starts_at", "* v.gap) as starts_at")
        ),
        Mutant(
            "who comes counts as one, whatever the weight",
            in: comers,
            ("rate_weight(a.limits) as weight", "1 as weight")
        ),
        Mutant(
            "who is in line counts as one, whatever the weight",
            in: line,
            ("rate_weight(a.limits) as weight", "1 as weight")
        ),
        Mutant(
            "the line before a rate knows no priority",
            in: line,
            ("order by l.priority, l.ticket", "order by l.ticket"),
            ("order by j.priority, j.ticket", "order by j.ticket")
        ),
        Mutant(
            "who comes to a rate is put in line by time alone",
            in: comers,
            ("order by c.priority, c.run_at, c.operation_id)", "order by c.run_at, c.operation_id)")
        ),
        Mutant(
            "who comes to a rate overtakes who is in line",
            in: comers,
            ("t.waiting = 0 and t.starts_at", "t.starts_at")
        ),
        Mutant(
            "a start of who comes uses nothing up",
            in: comers,
            ("set used_until = t.used_until", "set used_until = g.used_until")
        ),
        Mutant(
            "a start from the line uses nothing up",
            in: line,
            ("set used_until = v_used_until", "set used_until = g.used_until")
        ),
        Mutant(
            "who comes may start further ahead",
            in: comers,
            ("interval '2 seconds'", "interval '20 seconds'")
        ),
        Mutant(
            "who is in line may start further ahead",
            in: line,
            ("interval '2 seconds'", "interval '20 seconds'")
        ),
        Mutant(
            "who comes starts at once instead of at its time",
            in: comers,
            (
                "run_at = case when c.is_admitted then c.starts_at",
                "run_at = case when c.is_admitted then p_now"
            )
        ),
        Mutant(
            "who is in line starts at once instead of at its time",
            in: letIn,
            (
                "coalesce(w.starts_at, j.came_at)",
                "case when w.starts_at is null then j.came_at else p_now end"
            )
        ),
        Mutant(
            "a retry keeps its start",
            in: "give_back(bigint,timestamptz,integer,boolean)",
            (
                "(not p_began or not exists (select from jobs where operation_id = p_operation_id and paced_at is not null))",
                "true"
            )
        ),
        Mutant(
            "what has not begun gives its start back",
            in: "give_back(bigint,timestamptz,integer,boolean)",
            ("(not p_began or not exists", "(not exists")
        ),
        Mutant(
            "an action that has completed keeps its start",
            in: completeMany,
            ("             paced_at = null,\n", "")
        ),
        Mutant(
            "an action that is pointed at keeps its start",
            in: "point_at(operations,integer,boolean)",
            (" action_slot = null, paced_at = null,", " action_slot = null,")
        ),
        Mutant(
            "what is put off keeps its start",
            in: reschedule,
            ("paced_at = null, turn = null", "turn = null")
        ),
        Mutant(
            "a worker that dies gives the start back",
            in: "record_crashes(bigint[],text)",
            ("crashes = crashes + 1,", "crashes = crashes + 1, paced_at = null,")
        ),
        Mutant(
            "who has left the line before a rate is waited for",
            in: take,
            ("set waiting = greatest(g.waiting - r.waiters, 0)", "set waiting = g.waiting")
        ),
        Mutant(
            "a line before a rate is looked at only for a reason",
            in: look,
            ("v_is_time boolean := exists", "v_is_time boolean := false and exists")
        ),
        Mutant(
            "the first who has a start has it before a slot is there",
            in: comers,
            ("next_limit(a.limits - 'rate', j.operation_slot, null, j.action_slot) is not null", "false")
        ),
    ]

    private static let ofNumbers = [
        Mutant(
            "a gate is forgotten while it is used",
            in: "forget_rates(timestamptz)",
            ("used_until < p_now", "used_until < p_now + interval '3 seconds'")
        ),
        Mutant(
            "gates are never forgotten",
            in: "forget_rates(timestamptz)",
            ("if exists (", "if false and exists (")
        ),
        Mutant(
            "who comes does not find the rate closed",
            in: comers,
            ("greatest(p_now, r.closed_until, r.base", "greatest(p_now, r.base")
        ),
        Mutant(
            "calls do not find the rate closed",
            in: consume,
            ("greatest(g.closed_until, g.base - v_rate.tolerance)", "g.base - v_rate.tolerance")
        ),
        Mutant(
            "a rate is closed for the shorter time",
            in: close,
            ("greatest(g.closed_until, p_until)", "p_until")
        ),
        Mutant(
            "back_off closes the rate for all keys",
            in: "back_off(bigint,text,timestamptz)",
            ("coalesce(v_gate, named_gate(name, null))", "named_gate(name, null)")
        ),
        Mutant(
            "opening a rate changes nothing for the line",
            in: close,
            ("perform offer_gates(array[rate_gate(p_name)]);", "")
        ),
        Mutant("calls use nothing up", in: consume, ("+ count * v_rate.gap", "+ 0 * v_rate.gap")),
        Mutant(
            "calls have no burst",
            in: consume,
            ("g.base - v_rate.tolerance)", "g.base)")
        ),
        Mutant("calls are granted all the time", in: consume, ("if v_start > v_now then", "if false then")),
        Mutant(
            "what was counted by other numbers counts",
            in: setRate,
            ("reason = excluded.reason, version = r.version + 1", "reason = excluded.reason")
        ),
        Mutant("set_rate changes nothing for the line", in: setRate, (offer, "")),
        Mutant("reset_rate changes nothing for the line", in: "reset_rate(text,text)", (offer, "")),
        Mutant(
            "a plan does not take its former rate back",
            in: declareRates,
            ("where p_replaces and", "where false and")
        ),
        Mutant(
            "the plan of one operation gives all another rate",
            in: declareRates,
            ("where p_replaces and", "where")
        ),
        Mutant(
            "what was counted by the numbers of another plan counts",
            in: declareRates,
            ("case when r.set_at is null then r.version + 1 else r.version end", "r.version")
        ),
        Mutant(
            "a secret stands in the name of a gate of a rate",
            in: comers,
            ("v_has_secrets and is_secret", "false and is_secret")
        ),
    ]

    private static let offer = "perform offer_gates(array[rate_gate(name)]);"
}
