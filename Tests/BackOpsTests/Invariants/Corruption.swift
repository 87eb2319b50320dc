import Testing

/// A change that nothing but a hand, a damaged restore, or a fault of the engine makes.
///
/// The operations are those of ``Specimens``.
struct Corruption: Sendable, CustomTestStringConvertible {
    /// What is wrong afterwards.
    let testDescription: String
    /// The invariant that must say so, and no other.
    let invariant: String
    /// The operation that it must name; nil for none.
    let operation: Int64?
    let sql: String

    init(_ invariant: String, _ operation: Int64?, _ description: String, _ sql: String) {
        self.invariant = invariant
        self.operation = operation
        testDescription = description
        self.sql = sql
    }

    static let all =
        jobs + brokenClaims + claims + attempts + actions + operations + plans + waits + approvals + limits
        + fairQueues + schedules
        + schema

    static let jobs = [
        Corruption(
            "active_means_one_job",
            1,
            "an active operation without a job",
            "delete from jobs where operation_id = 1"
        ),
        Corruption(
            "active_means_one_job",
            4,
            "a completed operation with a job",
            """
            insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
              values (4, now(), 3, 10, 5, 'default', 'Flow/C')
            """
        ),
        Corruption(
            "active_means_one_job",
            99,
            "a job without an operation",
            """
            insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
              values (99, now(), 1, 10, 5, 'default', 'Flow/A')
            """
        ),
        Corruption(
            "job_waits_at_an_open_action",
            1,
            "a job that points behind the plan",
            "update jobs set position = 9 where operation_id = 1"
        ),
        Corruption(
            "job_waits_at_an_open_action",
            9,
            "a job that points to a completed action",
            "update jobs set position = 1, handler = 'Flow/A' where operation_id = 9"
        ),
        Corruption(
            "job_waits_at_an_open_action",
            1,
            "a job that points nowhere",
            "update jobs set position = null, run_at = 'infinity', handler = 'Flow/' where operation_id = 1"
        ),
        Corruption(
            "job_waits_at_an_open_action",
            1,
            "a parked operation whose job points somewhere",
            "update operations set parked_at = now() where id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "a queue that no worker can name",
            "update jobs set queue = 'Default' where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "another queue than that of the action",
            "update jobs set queue = 'slow' where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "a priority that no claim looks at",
            "update jobs set priority = 10 where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "a handler that is not the action's",
            "update jobs set handler = 'Flow/B' where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            7,
            "a handler that is not the parked name's",
            "update jobs set handler = 'Late/' where operation_id = 7"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "a time that never comes",
            "update jobs set run_at = 'infinity' where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            7,
            "a parked job that is due",
            "update jobs set run_at = now() where operation_id = 7"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "no steps left",
            "update jobs set steps_left = 0 where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "more crashes than convict",
            "update jobs set crashes = 3 where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "a job that is at a wait, where its action is none",
            "update jobs set waits_since = now() where operation_id = 1"
        ),
        Corruption(
            "job_can_be_claimed",
            1,
            "a definition that is not there",
            "update jobs set definition_id = 77 where operation_id = 1"
        ),
    ]

    static let brokenClaims = [
        Corruption(
            "claims_belong_to_workers",
            2,
            "a claim of a worker that is not there",
            "delete from workers where id = (select worker_id from jobs where operation_id = 2)"
        ),
        Corruption(
            "claims_belong_to_workers",
            2,
            "a claim without a time",
            "alter table jobs drop constraint jobs_claimed_whole; update jobs set claimed_at = null where operation_id = 2"
        ),
    ]

    private static let claims = [
        Corruption(
            "claims_belong_to_workers",
            2,
            "a claim that nobody rescues though there are workers",
            """
            update workers set heartbeat_at = now() - interval '1 hour', lease = '15 s'
             where id = (select worker_id from jobs where operation_id = 2);
            insert into workers (id, host, pid, queues, slots, lease, handlers, started_at)
              values (5, 'bystander', 5, '{default}', 1, '1 hour', '{}', now() - interval '1 hour')
            """
        ),
        Corruption(
            "claims_are_unique",
            4,
            "an action that was completed by the claim of another one",
            """
            update actions set completed_claim_id = (select completed_claim_id from actions where operation_id = 4 and position = 1)
             where operation_id = 9 and position = 1
            """
        ),
        Corruption(
            "claims_are_unique",
            2,
            "a claim that was never drawn",
            "update jobs set claim_id = 1000000 << 20 where operation_id = 2"
        ),
    ]

    private static let attempts = [
        Corruption(
            "failures_are_grouped",
            5,
            "a failed operation that failures does not count",
            "update attempts set fingerprint = null where operation_id = 5"
        ),
        Corruption(
            "failures_are_grouped",
            3,
            "an operation that goes on, though failures counts it",
            "update attempts set fingerprint = 'x' where operation_id = 3 and attempt = 1"
        ),
        Corruption(
            "attempts_are_recorded",
            3,
            "an action that counts attempts without a history",
            "delete from attempts where operation_id = 3"
        ),
        Corruption(
            "attempts_are_recorded",
            3,
            "a history that begins at its second attempt",
            "delete from attempts where operation_id = 3 and attempt = 1"
        ),
        Corruption(
            "attempts_are_recorded",
            8,
            "a snooze in a run that is not there",
            "update attempts set run = 9 where operation_id = 8 and outcome = 'snoozed'"
        ),
        Corruption(
            "attempts_are_recorded",
            8,
            "a snooze that counts",
            "update attempts set attempt = 2 where operation_id = 8 and outcome = 'snoozed'"
        ),
        Corruption(
            "attempts_are_recorded",
            5,
            "a refusal with a number",
            """
            insert into attempts (operation_id, position, run, attempt, outcome, ended_at)
              values (5, 1, 1, 1, 'refused', now())
            """
        ),
        Corruption(
            "attempts_are_recorded",
            99,
            "an attempt of an operation that is not there",
            """
            insert into attempts (operation_id, position, run, attempt, outcome, ended_at)
              values (99, 1, 1, 1, 'failed', now())
            """
        ),
        Corruption(
            "attempts_are_recorded",
            3,
            "a job beyond its attempts",
            "update jobs set attempt = 25 where operation_id = 3"
        ),
        Corruption(
            "attempts_are_recorded",
            3,
            "a job that lost an attempt",
            "update jobs set attempt = 1 where operation_id = 3"
        ),
        Corruption(
            "attempts_are_recorded",
            1,
            "a negative attempt",
            "update jobs set attempt = -1 where operation_id = 1"
        ),
        Corruption(
            "attempts_are_recorded",
            2,
            "a claim that is no attempt",
            "update jobs set attempt = 0 where operation_id = 2"
        ),
        Corruption(
            "attempts_are_recorded",
            4,
            "a completion at its second attempt without the first",
            "update actions set attempts_count = 2 where operation_id = 4 and position = 1"
        ),
        Corruption(
            "attempts_are_recorded",
            4,
            "a completion without an attempt",
            "update actions set attempts_count = 0 where operation_id = 4 and position = 1"
        ),
    ]

    private static let actions = [
        Corruption(
            "action_is_in_one_state",
            4,
            "an action that is completed and skipped",
            """
            alter table actions drop constraint actions_completed_or_skipped;
            update actions set skipped_at = completed_at where operation_id = 4 and position = 2
            """
        ),
        Corruption(
            "action_is_in_one_state",
            4,
            "a completed action with an error",
            "update actions set errored_at = now(), error_type = 'Mishap' where operation_id = 4 and position = 2"
        ),
        Corruption(
            "action_is_in_one_state",
            3,
            "an error without its time",
            "update actions set errored_at = null where operation_id = 3 and position = 1"
        ),
        Corruption(
            "action_is_in_one_state",
            4,
            "a completed action that nobody claimed",
            "update actions set completed_claim_id = null where operation_id = 4 and position = 2"
        ),
        Corruption(
            "action_is_in_one_state",
            4,
            "an action that was completed before it was enqueued",
            "update actions set completed_at = '2000-01-01' where operation_id = 4 and position = 2"
        ),
        Corruption(
            "branch_runs_in_order",
            9,
            "an action that was completed before its turn",
            """
            update actions
               set completed_at = now(), started_at = now(), attempts_count = 1, completed_claim_id = next_claim_id()
             where operation_id = 9 and position = 3
            """
        ),
        Corruption(
            "branch_runs_in_order",
            9,
            "an action that was skipped before its turn",
            "update actions set skipped_at = now() where operation_id = 9 and position = 3"
        ),
    ]

    private static let operations = [
        Corruption(
            "completed_means_done",
            4,
            "a completed operation with an open action",
            """
            update actions set completed_at = null, completed_claim_id = null, attempts_count = 0
             where operation_id = 4 and position = 3
            """
        ),
        Corruption(
            "completed_means_done",
            4,
            "an operation that completed later than its last action",
            "update operations set ended_at = ended_at + interval '1 s' where id = 4"
        ),
        Corruption(
            "stop_is_recorded",
            5,
            "a failed operation that stopped nowhere",
            "update operations set stopped_position = null where id = 5"
        ),
        Corruption(
            "stop_is_recorded",
            5,
            "a failed operation that stopped at another action",
            "update operations set stopped_position = 3 where id = 5"
        ),
        Corruption(
            "stop_is_recorded",
            5,
            "a failed operation without the error that ended it",
            """
            update actions set errored_at = null, error_type = null, error_message = null, stack_trace = null
             where operation_id = 5 and position = 2
            """
        ),
        Corruption(
            "stop_is_recorded",
            5,
            "a failed operation without the attempt that ended it",
            "update attempts set ends_operation = false where operation_id = 5"
        ),
        Corruption(
            "stop_is_recorded",
            6,
            "a cancelled operation that would go on nowhere",
            "update operations set stopped_position = null where id = 6"
        ),
        Corruption(
            "stop_is_recorded",
            6,
            "a cancelled operation that would go on at a completed action",
            "update operations set stopped_position = 1 where id = 6"
        ),
        Corruption(
            "stop_is_recorded",
            1,
            "an active operation with a reason to have stopped",
            "update operations set stop_reason = 'no stock' where id = 1"
        ),
        Corruption(
            "stop_is_recorded",
            4,
            "a completed operation that stopped somewhere",
            "update operations set stopped_position = 1 where id = 4"
        ),
        Corruption(
            "stop_is_recorded",
            5,
            "a failed operation that is parked",
            "update operations set parked_at = now() where id = 5"
        ),
        Corruption(
            "keys_are_unique",
            1,
            "two operations with the same key",
            "drop index operations_name_key_idx; update operations set key = 'k' where id in (1, 2)"
        ),
        Corruption(
            "keys_are_unique",
            1,
            "two active operations with a key of which only one may be active",
            "update operations set key_mode = 'unless_active', active_key = 'k' where id in (1, 2, 4)"
        ),
    ]

    private static let plans = [
        Corruption(
            "plan_is_complete",
            4,
            "an operation without actions",
            "delete from actions where operation_id = 4"
        ),
        Corruption(
            "plan_is_complete",
            4,
            "a hole in the plan",
            "delete from actions where operation_id = 4 and position = 4"
        ),
        Corruption(
            "plan_is_complete",
            1,
            "a plan without main",
            "update actions set branch = 'other' where operation_id = 1 and branch = 'main'"
        ),
        Corruption(
            "plan_is_complete",
            4,
            "a branch in two pieces",
            "update actions set branch = 'side' where operation_id = 4 and position = 1"
        ),
        Corruption(
            "plan_is_complete",
            99,
            "actions without an operation",
            "insert into actions (operation_id, position, max_attempts, branch, name) values (99, 1, 25, 'main', 'A')"
        ),
        Corruption(
            "plan_is_complete",
            nil,
            "a name without a current definition",
            "update definitions set current = false where name = 'Flow'"
        ),
        Corruption(
            "plan_is_complete",
            nil,
            "a definition without a first action",
            "update definition_actions set starts = false"
        ),
    ]
}
