-- A type cannot be replaced in place: what returns other columns returns another type.
do $$
begin
  if to_regtype('claimed_job') is null then
    create type claimed_job as (
      operation_id  bigint,
      claim_id      bigint,
      definition_id bigint,
      position      integer,
      run           integer,
      attempt       integer,
      max_attempts  integer,
      priority      smallint,
      timeout_ms    bigint,
      run_at        timestamptz,
      enqueued_at   timestamptz,
      queue         text,
      operation     text,
      branch        text,
      action        text,
      globals       jsonb,
      plan          json,
      claimed_at    timestamptz,
      traceparent   text,
      globals_version bigint,
      slot          timestamptz
    );
    comment on type claimed_job is
      'What a worker must know to run the action that it claimed. plan is given where the operation brought its own branches: [[branch, action], …].';
    comment on column claimed_job.operation_id is 'The operation.';
    comment on column claimed_job.claim_id is 'Name it in every call that concerns this claim.';
    comment on column claimed_job.definition_id is 'Version of the registered plan; null where the operation brought its own branches.';
    comment on column claimed_job.position is 'The action''s place in the plan.';
    comment on column claimed_job.run is 'The run of the action, from 1.';
    comment on column claimed_job.attempt is 'The attempt of that run, from 1, this one included, and those before a retry.';
    comment on column claimed_job.max_attempts is 'The attempt with which the operation fails.';
    comment on column claimed_job.priority is 'Lane of the job: pass (queue, priority, run_at, operation_id) of the last one to claim behind it.';
    comment on column claimed_job.timeout_ms is 'Longest time for the attempt in milliseconds, or null.';
    comment on column claimed_job.run_at is 'When the job was due.';
    comment on column claimed_job.enqueued_at is 'When the operation was enqueued.';
    comment on column claimed_job.queue is 'Queue of the job.';
    comment on column claimed_job.operation is 'Name of the operation.';
    comment on column claimed_job.branch is 'Branch of the action.';
    comment on column claimed_job.action is 'Name of the action.';
    comment on column claimed_job.globals is 'The globals.';
    comment on column claimed_job.plan is 'Branches and actions in order, for jumps.';
    comment on column claimed_job.claimed_at is 'When it was claimed: claimed_at - run_at is how long it was due before.';
    comment on column claimed_job.traceparent is 'W3C trace context of the enqueue, or null.';
    comment on column claimed_job.globals_version is
      'Another number whenever the globals have changed, or null. Give it to complete_many, and the globals come again only if they have.';
    comment on column claimed_job.slot is 'The slot of the schedule that enqueued the operation, or null.';
  end if;
end
$$;
