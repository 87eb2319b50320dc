extension Mutant {
    static let newcomers = "let_in_newcomers(bigint[],timestamptz)"
    private static let waiters = "let_in_waiters(text[],timestamptz,integer)"
    static let take = "take_releases(timestamptz,integer)"
    private static let release = "release_slots()"
    private static let declare = "declare_limits(jsonb[],boolean)"
    static let reschedule = "reschedule_operation(bigint,timestamptz)"

    static let ofLimits: [Mutant] = [
        Mutant(
            "who comes overtakes who is in line",
            in: newcomers,
            ("case when r.waiting = 0 then", "case when true then")
        ),
        Mutant(
            "who comes is let in whoever holds a slot",
            in: newcomers,
            ("greatest(r.maximum - r.holding, 0)", "r.maximum")
        ),
        Mutant(
            "one more is let in who comes",
            in: newcomers,
            ("greatest(r.maximum - r.holding, 0)", "greatest(r.maximum - r.holding, 1)")
        ),
        Mutant(
            "one more is let in from the line",
            in: waiters,
            ("- g.holding, g.waiting) as free", "- g.holding + 1, g.waiting) as free")
        ),
        Mutant(
            "who comes is put in line by time alone",
            in: newcomers,
            ("order by c.priority, c.run_at, c.operation_id)", "order by c.run_at, c.operation_id)")
        ),
        Mutant(
            "the line knows no priority",
            in: waiters,
            ("order by j.priority, j.ticket", "order by j.ticket")
        ),
        Mutant(
            "the last in line is let in first",
            in: waiters,
            ("order by j.priority, j.ticket", "order by j.priority, j.ticket desc")
        ),
        Mutant(
            "what was given back is not taken into account",
            in: "advance_limits(integer)",
            ("if v_has_left then", "if false then")
        ),
        Mutant(
            "what was given back counts twice",
            in: take,
            ("g.holding - r.slots, 0)", "g.holding - 2 * r.slots, 0)")
        ),
        Mutant(
            "who has left the line is waited for",
            in: take,
            ("g.waiting - r.waiters, 0)", "g.waiting, 0)")
        ),
        Mutant(
            "a gate that nobody needs is kept",
            in: take,
            ("when matched and g.holding <= r.slots", "when matched and false and g.holding <= r.slots")
        ),
        Mutant(
            "an operation that ends keeps its slot",
            in: release,
            (
                "if old.operation_slot is not null and",
                "if tg_op <> 'DELETE' and old.operation_slot is not null and"
            )
        ),
        Mutant(
            "a slot is given back by an action that ends, and not by one that is retried",
            in: release,
            (
                "if old.action_slot is not null and",
                "if old.action_slot is not null and new.position is distinct from old.position and"
            )
        ),
        Mutant(
            "who is cancelled in line is waited for",
            in: release,
            (
                "if old.ticket is not null and new.ticket is null and",
                "if old.ticket is not null and tg_op <> 'DELETE' and new.ticket is null and"
            )
        ),
        Mutant(
            "an action that is pointed at keeps its slot",
            in: "point_at(operations,integer,boolean)",
            (" action_slot = null, paced_at = null,", " paced_at = null,")
        ),
        Mutant(
            "an action that is pointed at keeps its place in line",
            in: "point_at(operations,integer,boolean)",
            (" gate = null, ticket = null, came_at = null,", "")
        ),
        Mutant(
            "a slot is kept until the next attempt",
            in: "give_back(bigint,timestamptz,integer,boolean)",
            ("(action_slot is not null or paced_at is not null) and not v_keeps", "false"),
            ("action_slot = case when v_keeps then action_slot end", "action_slot = action_slot")
        ),
        Mutant(
            "a slot is given back by a worker that dies",
            in: "record_crashes(bigint[],text)",
            ("crashes = crashes + 1,", "crashes = crashes + 1, action_slot = null,")
        ),
        Mutant("set_limit changes nothing for the line", in: "set_limit(text,integer,text)", (offer, "")),
        Mutant("reset_limit changes nothing for the line", in: "reset_limit(text,text)", (offer, "")),
        Mutant(
            "a plan does not take its former number back",
            in: declare,
            ("where p_replaces and", "where false and")
        ),
        Mutant(
            "the plan of one operation speaks for all",
            in: declare,
            ("where p_replaces and", "where")
        ),
        Mutant(
            "an operation keeps while it waits what it need not",
            in: completeMany,
            ("kept_slot(d.operation_slot, n.wait, n.limits)", "d.operation_slot")
        ),
        Mutant(
            "an operation gives its slot back after an action",
            in: completeMany,
            ("operation_slot = f.operation_slot", "operation_slot = null")
        ),
        Mutant(
            "an action that has completed keeps its slot",
            in: completeMany,
            ("             action_slot = null,\n", "")
        ),
        Mutant(
            "an operation goes on from a wait without its slot",
            in: "go_on_at(bigint,integer,jsonb,integer,timestamptz)",
            ("kept_slot(v_slot, v_next.wait, v_next.limits)", "null")
        ),
        Mutant(
            "what is put off keeps its place in line",
            in: reschedule,
            (" gate = null, ticket = null, came_at = null,", "")
        ),
        Mutant(
            "what is put off keeps its slot",
            in: reschedule,
            ("else queue end, action_slot = null,", "else queue end,")
        ),
        Mutant(
            "wake_up lets go on who is in line",
            in: "wake_up_operation(bigint)",
            ("if v_gate is not null then", "if false then")
        ),
        Mutant(
            "claims look at no limit",
            in: claim,
            (
                "if v_has_limits and advance_limits(greatest(p_limit, 100)) > 0 then",
                "if false then"
            )
        ),
    ]
    private static let offer = "perform offer_gates(array['/' || name]);"
}
