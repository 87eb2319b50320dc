extension Mutant {
    private static let within =
        "claim_lane_by_lane(bigint,integer,text[],smallint[],timestamptz[],bigint[],text[],text[],text[],fair_queues[],timestamptz)"
    private static let setQueueLimit = "set_queue_limit(text,integer,text)"
    private static let kept = "queue_slot = case when f.next_claim_id is not null then j.queue_slot end"

    static let ofQueueLimits: [Mutant] = [
        Mutant(
            "one more is claimed of a queue than it has room for",
            in: within,
            ("least(v_left, v_rooms[v_limit]), p_queues", "least(v_left, v_rooms[v_limit] + 1), p_queues")
        ),
        Mutant(
            "every priority of a queue has all of its slots",
            in: within,
            ("v_rooms[v_limit] := v_rooms[v_limit] - v_count;", "")
        ),
        Mutant(
            "a suspect is claimed without being counted",
            in: "claim_suspect(bigint)",
            ("set holding = holding + 1 where", "set holding = holding where")
        ),
        Mutant(
            "a worker that dies keeps the slots of its queues",
            in: "record_crashes(bigint[],text)",
            (" queue_slot = null, crashes", " crashes")
        ),
        Mutant(
            "an operation that goes on in its queue gives its slot back",
            in: completeMany,
            (kept, "queue_slot = null")
        ),
        Mutant(
            "an operation that goes on elsewhere keeps its slot",
            in: completeMany,
            (kept, "queue_slot = j.queue_slot")
        ),
        Mutant(
            "what runs does not count when a queue gets its limit",
            in: setQueueLimit,
            ("where r.worker_id is not null and r.queue", "where false and r.queue")
        ),
        Mutant(
            "what was given back is counted and taken off again",
            in: setQueueLimit,
            ("where r.gate = v_gate", "where false")
        ),
    ]
}
