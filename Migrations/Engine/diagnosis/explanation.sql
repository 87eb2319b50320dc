-- A type cannot be replaced in place: what returns other columns returns another type.
do $$
begin
  if to_regtype('explanation') is null then
    create type explanation as (
      reason    text,
      detail    text,
      advice    text,
      worker_id bigint,
      since     timestamptz,
      until     timestamptz
    );
  end if;
end
$$;
comment on type explanation is 'One reason why an operation is where it is.';
comment on column explanation.reason is
  'running, worker_missing, scheduled, retrying, waiting, wait_overdue, limit, rate, nobody_decides, queue_paused, queue_full, turn, queue_unserved, action_unknown, suspect, ready, parked, completed, failed, cancelled.';
comment on column explanation.detail is 'The reason in words.';
comment on column explanation.advice is 'What to do about it; null where there is nothing to do.';
comment on column explanation.worker_id is 'The worker that holds it, or held it.';
comment on column explanation.since is 'Since when.';
comment on column explanation.until is 'Until when; null where nobody knows.';
