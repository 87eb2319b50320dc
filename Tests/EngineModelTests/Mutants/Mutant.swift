import BackOpsTesting
import LibPQ
import Testing

/// A guarantee broken on purpose: a text of a function of the engine, and what is put in its place.
struct Mutant: Sendable, CustomTestStringConvertible {
    /// What the engine does wrong then.
    let fault: String
    /// The function, as `regprocedure` reads it.
    let function: String
    let replacements: [(text: String, by: String)]

    var testDescription: String { fault }

    init(_ fault: String, in function: String, _ replacements: (text: String, by: String)...) {
        self.fault = fault
        self.function = function
        self.replacements = replacements
    }

    /// Puts the broken function into the test's schema.
    func install(_ database: TestDatabase) async throws {
        var definition: String = try await database.value(
            "select pg_get_functiondef(\(function)::regprocedure)"
        )
        for (text, substitute) in replacements {
            try #require(definition.contains(text), "\(function) has no longer this text: \(text)")
            definition = definition.replacing(text, with: substitute)
        }
        try await database.script(definition)
    }
}

extension Mutant {
    static let completeMany =
        "complete_many(bigint,bigint[],bigint[],jsonb[],integer[],boolean,bigint[])"
    private static let failMany =
        "fail_many(bigint,bigint[],bigint[],text[],boolean[],interval[],text[],text[],text[],interval[])"
    private static let handBackMany =
        "hand_back_many(bigint,bigint[],bigint[],text,timestamptz[],interval[],boolean,integer[],interval[])"
    static let claim = "claim(bigint,integer,text[],smallint[],timestamptz[],bigint[])"
    private static let claimLanes =
        "claim_lanes(bigint,integer,text[],smallint[],timestamptz[],bigint[],text[],text[],text,timestamptz)"

    private static let settleKey = "settle_operation_key()"
    private static let takeSlot = "take_slot(bigint,timestamptz)"

    static let all =
        ofActions + ofWaits + ofApprovals + ofLimits + ofRates + ofFullLimits + ofQueueLimits
        + ofFairQueues

    private static let ofActions: [Mutant] = [
        Mutant(
            "unless_active enqueues beside an active operation",
            in: settleKey,
            ("v_mode.kind = 'unless_active' and v_former.state = 'active'", "false")
        ),
        Mutant(
            "throttle lets everything through",
            in: settleKey,
            ("v_mode.kind = 'throttle' and v_entry.free_at > v_now", "false")
        ),
        Mutant(
            "a throttle lasts for ever",
            in: settleKey,
            ("v_entry.free_at > v_now", "v_entry.free_at is not null")
        ),
        Mutant(
            "what throttle lets through begins no window",
            in: settleKey,
            ("free_at = v_free_at", "free_at = free_at")
        ),
        Mutant(
            "an operation is replaced while a worker has it",
            in: settleKey,
            (
                "v_job.worker_id is null and v_job.attempt = 0 and v_job.crashes = 0 and v_job.waits_since",
                "v_job.waits_since"
            )
        ),
        Mutant(
            "an operation is replaced between two actions",
            in: settleKey,
            (
                "(started_at is not null or completed_at is not null or skipped_at is not null or run > 1 or earlier_attempts > 0)",
                "false"
            )
        ),
        Mutant(
            "debounce puts off what is due",
            in: settleKey,
            (
                "when v_job.paced_at is not null or coalesce(v_job.came_at, v_job.run_at) <= v_now then v_former.perform_at",
                "when false then v_former.perform_at"
            )
        ),
        Mutant(
            "debounce puts off without end",
            in: settleKey,
            ("least(v_put_off_until, v_entry.window_began_at + v_mode.at_most)", "v_put_off_until")
        ),
        Mutant(
            "a debounce is not put off when it begins",
            in: settleKey,
            ("greatest(new.perform_at, v_put_off_until)", "new.perform_at")
        ),
        Mutant(
            "a debounce keeps its first window",
            in: settleKey,
            ("window_began_at = v_now", "window_began_at = window_began_at")
        ),
        Mutant(
            "a replaced operation is created again",
            in: settleKey,
            ("new.created_at := v_former.created_at;", "")
        ),
        Mutant(
            "cancel_and_replace cancels nothing",
            in: settleKey,
            ("perform cancel_operation(v_former.id, format('replaced by operation %s', new.id));", "")
        ),
        Mutant(
            "a merge keeps the former value",
            in: "combined_globals(jsonb,jsonb,text)",
            ("then p_former || p_new\n", "then p_new || p_former\n")
        ),
        Mutant(
            "append puts the new one first",
            in: "combined_globals(jsonb,jsonb,text)",
            ("(p_former -> n.key) || n.value", "n.value || (p_former -> n.key)")
        ),
        Mutant(
            "a completion is taken whatever its claim",
            in: completeMany,
            (" and j.claim_id = i.claim_id", "")
        ),
        Mutant(
            "a failure is taken whatever its claim",
            in: failMany,
            (" and j.claim_id = i.claim_id", "")
        ),
        Mutant(
            "a snooze is taken whatever its claim",
            in: handBackMany,
            (" and j.claim_id = i.claim_id", "")
        ),
        Mutant(
            "a checkpoint is taken whatever its claim",
            in: "checkpoint(bigint,bigint,bigint,jsonb)",
            (" and j.claim_id = p_claim_id", "")
        ),
        Mutant(
            "a completion is taken after the lease",
            in: completeMany,
            (" and heartbeat_at + lease > v_now", "")
        ),
        Mutant("a failure is taken after the lease", in: failMany, (" and heartbeat_at + lease > v_now", "")),
        Mutant(
            "a checkpoint is taken after the lease",
            in: "checkpoint(bigint,bigint,bigint,jsonb)",
            (" and w.heartbeat_at + w.lease > clock_now()", "")
        ),
        Mutant(
            "a lease that has ended is renewed",
            in: "heartbeat(bigint,boolean,boolean)",
            (" and heartbeat_at + lease > v_now", "")
        ),
        Mutant(
            "the attempt is not counted at claim",
            in: claimLanes,
            ("attempt = j.attempt + 1", "attempt = j.attempt")
        ),
        Mutant(
            "the youngest job is claimed first",
            in: claimLanes,
            ("order by j.run_at, j.operation_id\n", "order by j.run_at desc, j.operation_id desc\n")
        ),
        Mutant("a stopping worker goes on claiming", in: claim, (" and not stopping", "")),
        Mutant(
            "an advance keeps its claim's number",
            in: completeMany,
            ("next_claim_id()", "i.claim_id")
        ),
        Mutant(
            "rescue takes from the living",
            in: "rescue(integer, interval)",
            ("where heartbeat_at + lease <= clock_now()", "where heartbeat_at < clock_now()")
        ),
        Mutant(
            "crashes are not counted",
            in: "record_crashes(bigint[],text)",
            ("crashes = crashes + 1", "crashes = crashes")
        ),
        Mutant(
            "the fourth crash convicts, not the third",
            in: "record_crashes(bigint[],text)",
            ("v_job.crashes >= 2", "v_job.crashes >= 3")
        ),
        Mutant(
            "a release acquits a suspect",
            in: handBackMany,
            ("p_outcome = 'released' and v.crashes > 0", "false")
        ),
        Mutant("what had not begun is recorded", in: handBackMany, ("if p_began then", "if true then")),
        Mutant("a release costs an attempt", in: handBackMany, ("v.attempt - 1", "v.attempt")),
        Mutant(
            "one attempt too many",
            in: failMany,
            ("v.attempt >= v.max_attempts", "v.attempt > v.max_attempts")
        ),
        Mutant(
            "a failed operation keeps its job",
            in: "end_operation(bigint,text,integer,timestamptz,text)",
            ("delete from jobs where operation_id = p_operation_id", "delete from jobs where false")
        ),
        Mutant(
            "a jump leaves open what it passes over",
            in: "apply_jump(bigint,integer,timestamptz)",
            ("set skipped_at = p_now", "set skipped_at = skipped_at")
        ),
        Mutant(
            "a jump back keeps what had completed",
            in: "apply_jump(bigint,integer,timestamptz)",
            ("(completed_at is not null or skipped_at is not null)", "skipped_at is not null")
        ),
        Mutant(
            "retry begins at the first action",
            in: "retry_operation(bigint)",
            ("point_at(v_operation, v_position)", "point_at(v_operation, 1)")
        ),
        Mutant(
            "a repeated completion is told that it is stale",
            in: "missed_claim(bigint,bigint,bigint)",
            ("completed_claim_id = p_claim_id", "false")
        ),
        Mutant(
            "a key that is taken overwrites nothing, but is counted anew",
            in: "enqueue(text,jsonb,text,text,integer,timestamptz,interval,text[],json,integer,text)",
            ("o.key = enqueue.key;\n    if found", "false;\n    if found"),
            ("enqueue.name, enqueue.key,", "enqueue.name, null,")
        ),
        Mutant(
            "a slot that waits does not wait for the active operation",
            in: takeSlot,
            ("v.buffered_slot is not null and cardinality(v_active) = 0", "v.buffered_slot is not null")
        ),
        Mutant(
            "an operation that completes ends no run of failures",
            in: takeSlot,
            (" and o.id > coalesce(done.id, 0)", "")
        ),
        Mutant(
            "catch_up all knows no limit",
            in: takeSlot,
            ("if v.catch_up = 'all' and count_schedule_slots", "if false and count_schedule_slots")
        ),
        Mutant(
            "slots of a pause run after it",
            in: "end_schedule_pause(schedules)",
            ("v_schedule.decided_until := v_last;", "")
        ),
        Mutant(
            "a run of skipped slots goes on over one that ran",
            in: "skip_slots(schedules,bigint[],timestamptz,text,text)",
            (" and last_slot = p_schedule.decided_until", "")
        ),
    ]
}
