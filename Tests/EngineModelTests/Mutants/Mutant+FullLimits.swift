extension Mutant {
    private static let turnAway = "turn_away(bigint)"

    static let ofFullLimits: [Mutant] = [
        Mutant(
            "who is to be dropped waits",
            in: turnAway,
            ("if v.limit_of ->> 'when_full' = 'drop' then", "if false then")
        ),
        Mutant(
            "the youngest is cancelled for who comes",
            in: turnAway,
            (
                "     order by j.operation_id\n     limit 1",
                "     order by j.operation_id desc\n     limit 1"
            )
        ),
        Mutant(
            "only who waits is cancelled for who comes",
            in: turnAway,
            ("(j.operation_slot = v.gate or j.gate", "(j.gate")
        ),
        Mutant(
            "who comes replaces nobody that waits",
            in: turnAway,
            ("if v.limit_of ->> 'when_full' = 'replace_waiting' then", "if false then")
        ),
        Mutant("one more may wait than may", in: turnAway, ("::integer <= (", "::integer < (")),
        Mutant(
            "who comes is turned away by who came later",
            in: turnAway,
            (
                "j.gate = v.gate and j.ticket is not null and (j.came_at, j.operation_id) < (v.came_at, p_operation_id)\n  )",
                "j.gate = v.gate and j.ticket is not null and j.operation_id <> p_operation_id\n  )"
            )
        ),
        Mutant(
            "who comes is let in although there is nobody to cancel",
            in: "come_again(bigint)",
            ("gate = null, ticket = null", "queue = 'default', gate = null, ticket = null")
        ),
        Mutant(
            "a secret stands in the name of a gate",
            in: newcomers,
            ("v_has_secrets and is_secret", "false and is_secret")
        ),
    ]
}
