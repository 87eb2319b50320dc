extension Mutant {
    private static let settle = "settle_wait(bigint,boolean)"
    private static let leave = "leave_wait(bigint,text,bigint,timestamptz)"
    private static let goOn = "go_on_at(bigint,integer,jsonb,integer,timestamptz)"
    private static let signal = "signal(bigint,text,jsonb,text)"

    static let ofWaits: [Mutant] = [
        Mutant(
            "a wait does not read what came before it",
            in: settle,
            (
                "and s.read_at is null order by",
                "and s.read_at is null and s.sent_at >= v.waits_since order by"
            )
        ),
        Mutant(
            "the newest signal is read first",
            in: settle,
            ("order by s.id limit 1", "order by s.id desc limit 1")
        ),
        Mutant(
            "a signal that was read stays in the inbox",
            in: leave,
            ("where id = p_signal_id;", "where false;")
        ),
        Mutant(
            "a deadline wins over a signal that is there",
            in: settle,
            ("when v_signal_id is not null then", "when v_signal_id is not null and v.run_at > v_now then")
        ),
        Mutant(
            "a wait is no step for the step limit",
            in: goOn,
            ("steps_left = p_steps_left - 1", "steps_left = p_steps_left")
        ),
        Mutant("no global takes the signal", in: leave, ("if v.wait ? 'as' then", "if false then")),
        Mutant(
            "a wait after a wait has begun before",
            in: goOn,
            (" waits_since = null,", "")
        ),
        Mutant(
            "a wait that is pointed at again goes on",
            in: "point_at(operations,integer,boolean)",
            (", waits_since = null, action_slot", ", action_slot")
        ),
        Mutant(
            "a wait lasts from the operation's time on",
            in: settle,
            ("wait_end(v.wait, v_now,", "wait_end(v.wait, v.run_at,")
        ),
        Mutant(
            "a key makes a duplicate of another signal",
            in: signal,
            (" and s.name = signal.name and s.dedup_key", " and s.dedup_key")
        ),
        Mutant(
            "the branch of a timeout is not opened anew",
            in: leave,
            ("perform apply_jump(p_operation_id, v_target, p_now);", "")
        ),
        Mutant(
            "a wait without a timeout goes on at the deadline that reschedule gives it",
            in: leave,
            ("coalesce(v.wait -> 'on_timeout', '\"fail\"')", "v.wait -> 'on_timeout'")
        ),
        Mutant("wake_up ends the next sleep, too", in: settle, ("v_is_woken := false;", "")),
        Mutant(
            "claims let no operation go on",
            in: claim,
            (
                "if advance_waits(greatest(p_limit, 100), look_from('waits', v_now)) > 0 then",
                "if false then"
            )
        ),
    ]
}
