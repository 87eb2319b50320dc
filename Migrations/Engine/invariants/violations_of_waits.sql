create or replace function violations_of_waits() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  select 'waits_move_on', j.operation_id, j.position, null::bigint,
         format('its wait was over at %s, and it has not gone on', j.run_at),
         format('select %I.advance_waits(); -- lets it go on, unless somebody has its job locked: look into pg_locks', current_schema())
    from jobs j
   cross join (
     select now from clock_now() as now
      where exists (select from workers where heartbeat_at + lease > now and started_at < now - interval '1 minute')
   ) as rescued
   where j.queue = '/waits' and j.run_at < now - interval '5 minutes'
  union all
  select 'waits_are_counted', j.operation_id, j.position, null,
         format('it waits for a %s, and its job says %s', wait_kind(a.wait), coalesce(j.waits_for, 'nothing')),
         format('update %I.jobs set waits_for = %L where operation_id = %s; -- mends it', current_schema(), wait_kind(a.wait), j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   where j.waits_since is not null and j.waits_for is distinct from wait_kind(a.wait)
  union all
  select 'waits_read_signals', j.operation_id, j.position, null,
         format('it waits for the signal "%s", which is in its inbox', s.name),
         format('select %I.settle_wait(%s); -- reads it', current_schema(), j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join signals s on s.operation_id = j.operation_id and s.read_at is null and a.wait -> 'signals' ? s.name
   where j.queue = '/waits' and j.waits_since is not null
  union all
  select 'signals_are_read_once', s.operation_id, s.read_position, null,
         case
           when o.id is null then 'there is a signal of an operation that is not there'
           when a.position is null then format('signal %s was read by a step that is not there', s.id)
           when s.read_run > a.run then format('signal %s was read by run %s of %s', s.id, s.read_run, a.run)
           when a.wait is null then format('signal %s was read by %s, which is an action', s.id, a.branch || '/' || a.name)
           else format('%s was ended by %s signals', a.branch || '/' || a.name, s.readings)
         end,
         case when o.id is null then format('delete from %I.signals where operation_id = %s; -- nothing else needs it', current_schema(), s.operation_id)
              else 'A row was written by hand: look at signal_status and action_status.' end
    from (
      select *, count(*) over (partition by operation_id, read_position, read_run) as readings from signals
    ) as s
    left join operations o on o.id = s.operation_id
    left join actions a on a.operation_id = s.operation_id and a.position = s.read_position
   where o.id is null
      or s.read_position is not null and (a.position is null or a.wait is null or s.read_run > a.run or s.readings > 1)
  union all
  select 'waits_have_outcomes', a.operation_id, a.position, null,
         case
           when a.wait is null then 'it is an action, and has the outcome of a wait'
           when a.wait_outcome = 'signalled' then 'no signal is there that ended it'
           when a.completed_at is null then format('it is open, and ended as %s', a.wait_outcome)
           else 'it is completed, and has no outcome'
         end,
         'A row was written by hand: look at signal_status and action_status.'
    from actions a
    left join signals s on s.operation_id = a.operation_id and s.read_position = a.position and s.read_run = a.run
   where a.wait is null and a.wait_outcome is not null
      or a.wait is not null and case
        when a.completed_at is not null then a.wait_outcome is null or (a.wait_outcome = 'signalled') is distinct from (s.id is not null)
        else a.wait_outcome is not null and a.wait_outcome not in ('timed_out', 'rejected')
      end
$$;
comment on function violations_of_waits() is 'The part of invariants() about waits and signals.';
