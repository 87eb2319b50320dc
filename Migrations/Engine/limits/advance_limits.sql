create or replace function limits_lock() returns bigint
  language sql stable
  return hashtextextended(current_schema() || '/limits', 0);
comment on function limits_lock() is 'Key of the advisory lock of whoever looks at the limits: one at a time, and nobody waits for it.';

-- Every claim looks, so a look must cost next to nothing where nothing has come: as first_wait_to_look_at.
create or replace function first_limit_to_look_at(p_now timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_parts text[] := regexp_match(current_setting('backops.limits_seen', true), '^([0-9.]+) (.*)$');
  v_seen timestamptz := to_timestamp(v_parts[1]::double precision);
begin
  return case
    when v_parts[2] = current_schema() and v_seen between p_now - interval '5 seconds' and p_now then v_seen - interval '2 seconds'
    else '-infinity'
  end;
end
$$;
comment on function first_limit_to_look_at(timestamptz) is 'From when on a look at the limits has to begin: -infinity every five seconds of a session.';

-- Nothing leaves the planner the choice to read a whole index in order, as in complete_many: rows are read by lateral queries, and
-- written by "= any (array[…])".
--
-- One session looks at a time, so what it reads of the gates holds until it writes it. Whoever comes meanwhile goes away: what it
-- would have found is left for the next look, which is never far, because next_due counts it.
--
-- Locks: the advisory lock of the limits; then jobs, skipping whatever is locked. Gates are locked by nobody else.
create or replace function advance_limits(p_limit integer default 100) returns integer
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_from timestamptz := first_limit_to_look_at(v_now);
  v_has_come boolean := exists (select from jobs where queue = '/limits' and run_at >= v_from and run_at <= v_now);
  v_has_left boolean := exists (select from limit_releases where released_at >= v_from);
  v_ids bigint[] := '{}';
  v_gates text[] := '{}';
  v_taken integer := 0;
  v_let_in record;
  v_admitted integer := 0;
  v_is_all boolean := true;
begin
  if (v_has_come or v_has_left) and not pg_try_advisory_xact_lock(limits_lock()) then
    return 0;
  end if;
  if v_has_left then
    select r.gates, r.taken into v_gates, v_taken from take_releases(v_from, 10 * p_limit) as r;
  end if;
  if v_has_come then
    v_ids := array(
      select j.operation_id from jobs j where j.queue = '/limits' and j.run_at >= v_from and j.run_at <= v_now order by j.run_at, j.operation_id limit p_limit
         for update skip locked
    );
  end if;
  if v_from = '-infinity' and v_taken < 10 * p_limit and cardinality(v_ids) < p_limit then
    perform set_config('backops.limits_seen', extract(epoch from v_now) || ' ' || current_schema(), false);
  end if;

  -- Whoever gets the slot of an operation may come to a limit of its action next.
  while v_ids <> '{}' or v_gates <> '{}' loop
    select * into v_let_in from let_in_newcomers(v_ids);
    perform turn_away(id) from unnest(v_let_in.excess) as id;
    v_ids := v_let_in.coming;
    v_admitted := v_admitted + v_let_in.admitted;
    select * into v_let_in from let_in_waiters(v_gates || v_let_in.gates, p_limit);
    v_ids := v_ids || v_let_in.coming;
    v_admitted := v_admitted + v_let_in.admitted;
    v_gates := '{}';
  end loop;
  return v_admitted;
end
$$;
comment on function advance_limits(integer) is
  'Lets jobs go on that have come to a limit with a free slot, and those in line as slots were given back; the others wait in line. Every claim does. Returns how '
  'many slots it gave.';

-- Locks: as advance_limits.
create or replace function take_releases(p_from timestamptz, p_limit integer) returns table (gates text[], taken integer)
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
  v_gates text[];
  v_slots integer[];
  v_waiters integer[];
begin
  with front as materialized (
    select released_at, id from limit_releases where released_at >= p_from order by released_at, id limit p_limit for update skip locked
  ),
  taken as (
    delete from limit_releases r using front f where r.released_at = any (array[f.released_at]) and r.id = f.id returning r.gate, r.slots, r.waiters
  )
  select coalesce(array_agg(gate), '{}'), array_agg(slots), array_agg(waiters), coalesce(sum(releases), 0)
    into v_gates, v_slots, v_waiters, taken
    from (select gate, sum(slots)::integer as slots, sum(waiters)::integer as waiters, count(*) as releases from taken group by gate) as summed;
  -- A gate of a key is gone with the last who needs it: there may be as many keys as operations.
  merge into limit_gates g
    using (select * from unnest(v_gates, v_slots, v_waiters) as r (gate, slots, waiters)) as r
    on g.gate = any (array[r.gate])
    when matched and g.holding <= r.slots and g.waiting <= r.waiters then
      delete
    when matched then
      update set holding = greatest(g.holding - r.slots, 0), waiting = greatest(g.waiting - r.waiters, 0);
  gates := v_gates;
  return next;
end
$$;
comment on function take_releases(timestamptz, integer) is 'Takes what was given back off the gates, and returns which ones, and how many rows of limit_releases that were.';

-- Locks: as advance_limits.
create or replace function let_in_newcomers(p_operation_ids bigint[])
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
      select j.operation_id, j.priority, j.run_at, n.is_of_operation, n.limit_of ?| '{when_full,max_waiting}' as is_picky,
             gate_of(n.limit_of, o.globals, v_has_secrets and is_secret(o.name, n.limit_of ->> 'by')) as gate, n.limit_of ->> 'name' as name,
             n.is_of_operation and a.limits ? 'action' as comes_again, coalesce(a.queue, o.queue) as queue
        from unnest(p_operation_ids) as i (operation_id)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select * from operations o where o.id = j.operation_id offset 0) as o
       cross join lateral (
         select a.limits ? 'operation' and j.operation_slot is null as is_of_operation,
                a.limits -> case when a.limits ? 'operation' and j.operation_slot is null then 'operation' else 'action' end as limit_of
       ) as n
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
             operation_slot = case when r.place <= r.admits and r.is_of_operation then r.gate else j.operation_slot end,
             action_slot = case when r.place <= r.admits and not r.is_of_operation then r.gate end,
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
comment on function let_in_newcomers(bigint[]) is
  'Gives a slot to each job that has come to a limit which has one, and nobody in line, and a place in line to the others. Returns how many slots, before which '
  'gates there is a line although a slot is free, who is in line at a limit that does not let everybody wait, and who comes to a limit of its action next.';

-- Locks: as advance_limits.
create or replace function let_in_waiters(p_gates text[], p_limit integer) returns table (admitted integer, coming bigint[])
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_gate record;
  v_ids bigint[];
begin
  admitted := 0;
  coming := '{}';
  if exists (select from unnest(p_gates) as gate where left(gate, 1) = '/') then
    p_gates := p_gates || array(
      select g.gate
        from unnest(p_gates) as offered (gate)
       cross join lateral (select g.gate, g.waiting from limit_gates g where g.name = substr(offered.gate, 2) offset 0) as g
       where left(offered.gate, 1) = '/' and g.waiting > 0
    );
  end if;
  for v_gate in
    select g.gate, least(coalesce(l.maximum, 2147483647) - g.holding, g.waiting) as free
      from limit_gates g
      left join limits l on l.name = g.name
     where g.gate = any (p_gates) and g.waiting > 0 and g.holding < coalesce(l.maximum, 2147483647)
     order by g.gate
  loop
    v_ids := array(
      select j.operation_id from jobs j where j.gate = v_gate.gate and j.ticket is not null order by j.priority, j.ticket limit least(v_gate.free, p_limit - admitted)
         for update skip locked
    );
    admitted := admitted + cardinality(v_ids);
    update limit_gates set holding = holding + cardinality(v_ids), waiting = waiting - cardinality(v_ids) where gate = v_gate.gate;
    coming := coming || let_in(v_ids);
    -- Somebody has the others' rows, or they are too many for this look.
    if cardinality(v_ids) < v_gate.free then
      insert into limit_releases (gate, slots, waiters) values (v_gate.gate, 0, 0);
    end if;
  end loop;
  return next;
end
$$;
comment on function let_in_waiters(text[], integer) is
  'Gives the free slots of some gates, or with a slash before it of all gates of a limit, to the first in line: by priority, then by ticket. Returns how many, and who comes to a limit of its action next.';

-- Locks: nothing; the caller holds the jobs.
create or replace function let_in(p_operation_ids bigint[]) returns bigint[]
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
         set queue = case when w.comes_again then '/limits' else w.queue end,
             operation_slot = case when w.is_of_operation then j.gate else j.operation_slot end,
             action_slot = case when not w.is_of_operation then j.gate end,
             gate = null, ticket = null, came_at = null, run_at = j.came_at
        from (
          select i.operation_id, a.limits ? 'operation' and waiter.operation_slot is null as is_of_operation,
                 a.limits ?& '{operation,action}' and waiter.operation_slot is null as comes_again, coalesce(a.queue, o.queue) as queue
            from unnest(p_operation_ids) as i (operation_id)
           cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as waiter
           cross join lateral (select * from actions a where a.operation_id = i.operation_id and a.position = waiter.position offset 0) as a
           cross join lateral (select o.queue from operations o where o.id = i.operation_id offset 0) as o
        ) as w
       where j.operation_id = any (array[w.operation_id])
      returning j.operation_id, j.queue
    )
    select c.queue, array_agg(c.operation_id) as ids from changed c group by c.queue
  loop
    if v.queue = '/limits' then
      v_coming := v.ids;
    else
      perform wake(v.queue, cardinality(v.ids));
    end if;
  end loop;
  return v_coming;
end
$$;
comment on function let_in(bigint[]) is 'Gives jobs in line the slot that they wait for, and returns those that come to a limit of their action next.';
