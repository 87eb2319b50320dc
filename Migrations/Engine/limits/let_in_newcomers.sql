-- Locks: as advance_limits.
create or replace function let_in_newcomers(p_operation_ids bigint[], p_now timestamptz)
returns table (admitted integer, gates text[], excess bigint[], coming bigint[])
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  v record;
  v_has_secrets boolean := exists (select from secret_keys);
begin
  admitted := 0;
  gates := '{}';
  excess := '{}';
  coming := '{}';
  for v in
    with come as materialized (
      select j.operation_id, j.priority, j.run_at, n.stage, n.limit_of ?| '{when_full,max_waiting}' as is_picky, n.limit_of ->> 'name' as name,
             gate_of(n.limit_of, o.globals, v_has_secrets and is_secret(o.name, n.limit_of ->> 'by')) as gate,
             next_limit(a.limits - n.stage, j.operation_slot, j.paced_at, j.action_slot) is not null as comes_again, coalesce(a.queue, o.queue) as queue
        from unnest(p_operation_ids) as i (operation_id)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select * from operations o where o.id = j.operation_id offset 0) as o
       cross join lateral (
         select s.stage, a.limits -> s.stage as limit_of from (select next_limit(a.limits, j.operation_slot, j.paced_at, j.action_slot) as stage) as s
       ) as n
       where n.stage in ('operation', 'action') and j.queue = '/limits' and j.ticket is null and j.run_at <= p_now
    ),
    -- By window functions: a join of two lists that nobody has statistics of would be a loop in a loop.
    ranked as materialized (
      select c.*, coalesce(l.maximum, 2147483647) as maximum, g.gate is null as is_new, coalesce(g.holding, 0) as holding, coalesce(g.waiting, 0) as waiting,
             coalesce(g.next_ticket, 1) as next_ticket,
             row_number() over (partition by c.gate order by c.priority, c.run_at, c.operation_id) as place,
             count(*) over (partition by c.gate) as jobs
        from come c
        left join limits l on l.name = c.name
        left join lateral (select * from limit_gates g where g.gate = c.gate offset 0) as g on true
    ),
    -- Nobody overtakes who is in line already.
    counted as materialized (
      select r.*, case when r.waiting = 0 then least(r.jobs, greatest(r.maximum - r.holding, 0)) else 0 end as admits from ranked r
    ),
    opened as (
      insert into limit_gates (gate, name, holding, waiting, next_ticket)
        select gate, name, admits, jobs - admits, 1 + jobs - admits from counted where is_new and place = 1
    ),
    grown as (
      update limit_gates g
         set holding = g.holding + c.admits, waiting = g.waiting + c.jobs - c.admits, next_ticket = g.next_ticket + c.jobs - c.admits
        from counted c
       where g.gate = any (array[c.gate]) and c.place = 1 and not c.is_new
    ),
    changed as (
      update jobs j
         set queue = case when r.place <= r.admits and not r.comes_again then r.queue else j.queue end,
             operation_slot = case when r.place <= r.admits and r.stage = 'operation' then r.gate else j.operation_slot end,
             action_slot = case when r.place <= r.admits and r.stage = 'action' then r.gate end,
             gate = case when r.place > r.admits then r.gate end,
             ticket = case when r.place > r.admits then r.next_ticket + r.place - r.admits - 1 end,
             came_at = case when r.place > r.admits then j.run_at end,
             run_at = case when r.place > r.admits then 'infinity' else j.run_at end
        from counted r
       where j.operation_id = any (array[r.operation_id])
      returning j.operation_id, j.queue, j.ticket is null as is_admitted, r.is_picky
    )
    select c.queue, count(*) filter (where c.is_admitted)::integer as jobs,
           array_agg(c.operation_id order by c.operation_id) filter (where c.is_picky and not c.is_admitted) as excess,
           array_agg(c.operation_id) filter (where c.is_admitted and c.queue = '/limits') as coming,
           (select array_agg(n.gate) from counted n where n.place = 1 and n.waiting > 0 and n.holding < n.maximum) as gates
      from changed c
     group by c.queue
  loop
    admitted := admitted + v.jobs;
    gates := coalesce(v.gates, '{}');
    excess := excess || coalesce(v.excess, '{}');
    coming := coming || coalesce(v.coming, '{}');
    if v.queue <> '/limits' then
      perform wake(v.queue, v.jobs);
    end if;
  end loop;
  return next;
end
$$;
comment on function let_in_newcomers(bigint[], timestamptz) is
  'Gives a slot to each job that has come to a limit which has one, and nobody in line, and a place in line to the others. Returns how many slots, before which '
  'gates there is a line although a slot is free, who is in line at a limit that does not let everybody wait, and who comes to a rate or a limit of its action next.';
