-- Locks: nothing; the caller holds the jobs.
create or replace function let_in(p_operation_ids bigint[], p_now timestamptz, p_starts timestamptz[] default null) returns bigint[]
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v record;
  v_coming bigint[] := '{}';
begin
  for v in
    with changed as (
      update jobs j
         set queue = w.queue,
             operation_slot = case w.stage when 'operation' then j.gate else j.operation_slot end,
             paced_at = case w.stage when 'rate' then w.starts_at else j.paced_at end,
             action_slot = case w.stage when 'action' then j.gate end,
             gate = null, ticket = null, came_at = null, run_at = coalesce(w.starts_at, j.came_at)
        from (
          select i.operation_id, i.starts_at, s.stage,
                 case
                   when next_limit(a.limits - s.stage, waiter.operation_slot, waiter.paced_at, waiter.action_slot) is not null then '/limits'
                   else coalesce(a.queue, o.queue)
                 end as queue
            from unnest(p_operation_ids, p_starts) as i (operation_id, starts_at)
           cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as waiter
           cross join lateral (select * from actions a where a.operation_id = i.operation_id and a.position = waiter.position offset 0) as a
           cross join lateral (select o.queue from operations o where o.id = i.operation_id offset 0) as o
           cross join lateral (select next_limit(a.limits, waiter.operation_slot, waiter.paced_at, waiter.action_slot) as stage) as s
        ) as w
       where j.operation_id = any (array[w.operation_id])
      returning j.operation_id, j.queue, j.run_at
    )
    select c.queue, count(*)::integer as jobs, array_agg(c.operation_id) filter (where c.run_at <= p_now) as ids from changed c group by c.queue
  loop
    if v.queue = '/limits' then
      v_coming := coalesce(v.ids, '{}');
    else
      perform wake(v.queue, v.jobs);
    end if;
  end loop;
  return v_coming;
end
$$;
comment on function let_in(bigint[], timestamptz, timestamptz[]) is
  'Gives jobs in line the slot, or the start, that they wait for, and returns those that come to a rate or a limit of their action next.';
