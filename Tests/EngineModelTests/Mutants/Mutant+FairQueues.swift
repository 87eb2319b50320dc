extension Mutant {
    private static let takeTurns =
        "take_turns(fair_queues,smallint,timestamptz,bigint,integer,text[],timestamptz)"
    private static let inTurn =
        "claim_in_turn(bigint,integer,fair_queues,smallint,timestamptz,bigint,boolean,text[],text,timestamptz)"

    static let ofFairQueues: [Mutant] = [
        Mutant(
            "a key that is new is before all others",
            in: takeTurns,
            ("coalesce(c.turn, v_lane.fresh + ", "coalesce(c.turn, ")
        ),
        Mutant(
            "a key that is new is behind all others",
            in: takeTurns,
            ("v_lane.fresh := greatest(v_lane.fresh, v_lane.clock);", "v_lane.fresh := v_lane.clock + 10;")
        ),
        Mutant("weights count for nothing", in: takeTurns, ("r.ahead / r.weight", "r.ahead")),
        Mutant(
            "what a key has had does not count",
            in: takeTurns,
            ("turn + jobs / weight from ranked", "turn from ranked")
        ),
        Mutant(
            "the clock of a fair queue stands still",
            in: takeTurns,
            ("v_lane.clock := greatest(v_lane.clock, coalesce(v_known, v_last, v_first));", "")
        ),
        Mutant(
            "nobody needs a turn although others wait for theirs",
            in: takeTurns,
            ("v_first is null and v_arrivals <= p_limit", "v_arrivals <= p_limit")
        ),
        Mutant(
            "what has its turn is left when a queue is fair no more",
            in: inTurn,
            ("v_has_turns boolean := true", "v_has_turns boolean := p_fair.by_global is not null")
        ),
        Mutant(
            "a worker gets what it does not know, where it is its turn",
            in: inTurn,
            ("and j.handler = any (p_handlers)", "")
        ),
        Mutant(
            "an operation goes on in a fair queue without its turn",
            in: completeMany,
            (" union all select queue from fair_queues where by_global is not null", "")
        ),
    ]
}
