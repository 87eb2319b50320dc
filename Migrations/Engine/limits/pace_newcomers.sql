-- Rates are kept by the generic cell rate algorithm: a gate has a time up to which its rate is used up, each start moves that on by the gap
-- of the rate times its weight, and may be as much earlier than that as a burst allows. So there are no windows, and no edges where twice as
-- many start. Whoever may start within two seconds is let in with its exact time; what is cancelled in those is all that is lost.
--
-- Locks: as advance_limits, and the gates, leaving for later those in which somebody counts calls at this moment.
create or replace function pace_newcomers(p_operation_ids bigint[], p_now timestamptz) returns integer
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
  v_has_secrets boolean := exists (select from secret_keys);
  v_ids bigint[];
  v_gates text[];
  v record;
  v_admitted integer := 0;
begin
  select array_agg(c.operation_id), array_agg(c.gate) into v_ids, v_gates
    from (
      select j.operation_id, rate_gate_of(a.limits -> 'rate', o.globals, v_has_secrets and is_secret(o.name, a.limits -> 'rate' ->> 'by')) as gate
        from unnest(p_operation_ids) as i (operation_id)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select * from operations o where o.id = j.operation_id offset 0) as o
       where j.queue = '/limits' and next_limit(a.limits, j.operation_slot, j.paced_at, j.action_slot) = 'rate'
      offset 0
    ) as c
   where pg_try_advisory_xact_lock(gate_lock(c.gate));
  if v_ids is null then
    return 0;
  end if;
  -- A statement of its own, which sees what was counted before the locks were there.
  for v in
    with come as materialized (
      select j.operation_id, j.priority, j.run_at, i.gate, a.limits -> 'rate' ->> 'name' as name, rate_weight(a.limits) as weight,
             next_limit(a.limits - 'rate', j.operation_slot, null, j.action_slot) is not null as comes_again, coalesce(a.queue, o.queue) as queue
        from unnest(v_ids, v_gates) as i (operation_id, gate)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select o.queue from operations o where o.id = j.operation_id offset 0) as o
    ),
    ranked as materialized (
      select c.*, r.gap, r.tolerance, r.version, g.gate is null as is_new, coalesce(g.waiting, 0) as waiting, coalesce(g.next_ticket, 1) as next_ticket, g.closed_until,
             greatest(g.closed_until, rate_base(g.used_until, g.version = r.version, r.gap, p_now)) as base,
             rate_base(g.used_until, g.version = r.version, r.gap, p_now) as unused,
             row_number() over by_place as place, count(*) over (partition by c.gate) as jobs, sum(c.weight) over by_place - c.weight as before
        from come c
        join rates r on r.name = c.name
        left join lateral (select * from rate_gates g where g.gate = c.gate offset 0) as g on true
      window by_place as (partition by c.gate order by c.priority, c.run_at, c.operation_id)
    ),
    timed as materialized (
      select r.*, greatest(p_now, r.closed_until, r.base + r.before * r.gap - r.tolerance) as starts_at from ranked r
    ),
    -- Nobody overtakes who is in line.
    admitted as materialized (
      select t.*, t.waiting = 0 and t.starts_at <= p_now + interval '2 seconds' as is_admitted from timed t
    ),
    -- Whoever closes a rate uses nothing up, so that it is as it was when somebody opens it.
    counted as materialized (
      select a.*, count(*) filter (where a.is_admitted) over (partition by a.gate) as admits,
             coalesce(a.base + sum(a.weight) filter (where a.is_admitted) over (partition by a.gate) * a.gap, a.unused) as used_until
        from admitted a
    ),
    totals as materialized (
      select c.gate, c.name, c.version, c.is_new, c.used_until, c.jobs - c.admits as rest, rate_look(c.used_until, c.tolerance, c.closed_until, p_now) as look_at
        from counted c
       where c.place = 1
    ),
    opened as (
      insert into rate_gates (gate, name, used_until, version, waiting, next_ticket, look_at)
        select gate, name, used_until, version, rest, 1 + rest, look_at from totals where is_new
    ),
    grown as (
      update rate_gates g
         set used_until = t.used_until, version = t.version, waiting = g.waiting + t.rest, next_ticket = g.next_ticket + t.rest,
             look_at = case when g.waiting = 0 then t.look_at else g.look_at end
        from totals t
       where g.gate = any (array[t.gate]) and not t.is_new
    ),
    changed as (
      update jobs j
         set queue = case when c.is_admitted and not c.comes_again then c.queue else j.queue end,
             paced_at = case when c.is_admitted then c.starts_at end,
             gate = case when not c.is_admitted then c.gate end,
             ticket = case when not c.is_admitted then c.next_ticket + c.place - c.admits - 1 end,
             came_at = case when not c.is_admitted then j.run_at end,
             run_at = case when c.is_admitted then c.starts_at else 'infinity' end
        from counted c
       where j.operation_id = any (array[c.operation_id])
      returning j.queue, c.is_admitted
    )
    select c.queue, count(*)::integer as jobs from changed c where c.is_admitted group by c.queue
  loop
    v_admitted := v_admitted + v.jobs;
    if v.queue <> '/limits' then
      perform wake(v.queue, v.jobs);
    end if;
  end loop;
  return v_admitted;
end
$$;
comment on function pace_newcomers(bigint[], timestamptz) is
  'Gives a time to each job that has come to a rate and may start within two seconds, and a place in line to the others. Returns how many times.';
