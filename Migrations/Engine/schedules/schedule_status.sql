create or replace view schedule_status as
  select s.name::text,
         case
           when coalesce(s.paused_at, s.undeclared_at) is not null then 'paused'
           when s.next_at is null and s.buffered_slot is null then 'ended'
           when s.due_at < statement_now() - interval '1 minute' then 'overdue'
           when s.last_error is not null then 'failing'
           else 'active'
         end as status,
         s.operation::text,
         coalesce(s.cron, 'every ' || rtrim(rtrim(to_char(s.every, 'HH24:MI:SS.US'), '0'), '.')) as slots,
         s.time_zone,
         s.next_at,
         zone_time(s.next_at, s.time_zone) as next_local,
         s.due_at,
         s.last_slot,
         s.last_operation_id,
         o.state::text as last_state,
         s.run_count,
         s.skipped_count,
         k.reason as last_skip_reason,
         k.last_slot as last_skipped_slot,
         k.detail as last_skip_detail,
         s.last_error,
         s.last_errored_at,
         s.failures_count,
         coalesce(s.paused_at, s.undeclared_at) as paused_at,
         s.paused_until,
         s.paused_by,
         coalesce(s.pause_reason, case when s.undeclared_at is not null then undeclared_reason(s.application) end) as pause_reason,
         s.buffered_slot,
         s.overlap,
         s.catch_up,
         s.catch_up_limit,
         s.catch_up_window,
         s.jitter,
         s.pause_after_failures,
         s.starts_at,
         s.ends_at,
         s.queue::text,
         s.priority::smallint,
         s.tags::text[],
         redacted(s.operation, s.globals) as globals,
         s.created_at,
         s.changed_at,
         s.changed_by,
         s.application,
         s.undeclared_at
    from schedules s
    left join operations o on o.id = s.last_operation_id
    left join lateral (
      select reason, last_slot, detail from skipped_slots where schedule_id = s.id order by last_slot desc limit 1
    ) as k on true;
comment on view schedule_status is
  'One row per schedule: what it enqueues, when next, what became of its last slot, and why it does not go on. Overdue means that no worker looks.';
