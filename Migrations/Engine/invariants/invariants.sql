-- What must be true of the tables at every moment, whatever died, was late, or came twice. Only a change by hand, a damaged restore,
-- or a fault of the engine breaks an invariant.
--
-- Every function of violations is one statement and stable, so that all checks see the snapshot of the caller's statement: work that
-- goes on meanwhile raises no false alarm. They lock nothing. Each check reads its tables once, by scans and hash joins: the planner is
-- kept from nested loops, because right after a bulk load it may believe that a table with a million rows has one that matters.

create or replace function invariants() returns setof violation
  language sql stable
  set search_path from current
as $$
  select * from violations_of_operations()
  union all
  select * from violations_of_jobs()
  union all
  select * from violations_of_actions()
  union all
  select * from violations_of_attempts()
  union all
  select * from violations_of_waits()
  union all
  select * from violations_of_approvals()
  union all
  select * from violations_of_limits()
  union all
  select * from violations_of_turns()
  union all
  select * from violations_of_schedules()
  union all
  select * from violations_of_the_schema()
$$;
comment on function invariants() is
  'Everything that must not be, as rows; none where all is well. It locks nothing, may run beside workers at any time, and reads every table once or twice. '
  'active_means_one_job: active is to have exactly one job, ended is to have none. '
  'job_waits_at_an_open_action: a job points to an action of its operation that has not ended, or the operation is parked. '
  'claims_belong_to_workers: who holds a job is a worker whose lease runs, or ended so lately that nobody can have rescued it yet. '
  'claims_are_unique: no claim was given twice, and none before it was drawn. '
  'job_can_be_claimed: queue, priority, time and handler of a job are what a claim looks for. '
  'attempts_are_recorded: attempts are within their limit, and whatever did not succeed is in the history, numbered without gaps. '
  'action_is_in_one_state: completed, skipped, failed or open, never two of these. '
  'branch_runs_in_order: what has ended in a branch lies before what is open. '
  'completed_means_done: no action of main is open, and the last one ended when the operation did. '
  'failures_are_grouped: the view failures counts what has failed, once each, and nothing else. '
  'stop_is_recorded: a failed operation has the error that ended it, and a cancelled one the action where it goes on. '
  'keys_are_unique: one operation per name and key, and one active in the modes that say so. '
  'waits_move_on: no operation is at a wait that is over, while workers live. '
  'waits_are_counted: the job of an operation at a wait says what it waits for. '
  'waits_read_signals: no operation waits for a signal that is in its inbox. '
  'signals_are_read_once: a signal was read by a wait, and a run of a wait read one at most. '
  'waits_have_outcomes: a wait that has ended says how, and no action does. '
  'approvals_are_asked: an approval is pending exactly where an operation is at it. '
  'approvals_keep_deadlines: the job of a pending approval is due at its deadline or its reminder. '
  'approvals_end_steps: what was decided is what the step says, and a step that has ended so has its decision. '
  'slots_are_counted: a limit counts as many slots and places in line as there are. '
  'slots_are_for_limits: who holds a slot is where a limit asks for one, and who is in line holds none of it. '
  'lines_move_on: nobody is in line while a slot is free, while workers live. '
  'turns_are_found: who has a turn in a fair queue has it where claims look. '
  'turns_are_counted: the keys of a fair queue count the turns that were given. '
  'schedules_go_on: the next slot of a schedule is not decided yet, and a worker will look at it; or it is paused, or has ended. '
  'slots_run_once: a slot of a schedule enqueued one operation, others are repetitions by hand. '
  'plan_is_complete: positions are 1 to n, branches are whole, and there is a main. '
  'schema_is_sound: indexes valid, constraints validated, search_path pinned, triggers on, one owner, no rights for everybody, no row level '
  'security without a policy, no unlogged table, no rules, and a replica identity for what is published. '
  'What actions did elsewhere cannot be seen from here.';
