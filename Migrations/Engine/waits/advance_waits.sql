-- Locks: the jobs and their operations, skipping whatever is locked: a claim waits for nobody. Waiting for an operation with many jobs in
-- hand would be a deadlock with a call that steers many: it goes from job and operation to job and operation, and holds one without its job when
-- that was made a moment ago.
create or replace function advance_waits(p_limit integer default 100, p_from timestamptz default '-infinity') returns integer
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
  v_now timestamptz := clock_now();
  v_ids bigint[] := array(
    select j.operation_id
      from jobs j
      join operations o on o.id = j.operation_id
     where j.queue = '/waits' and j.run_at >= p_from and j.run_at <= v_now
     order by j.run_at, j.operation_id
     limit p_limit
       for update of j skip locked
       for no key update of o skip locked
  );
begin
  if v_ids <> '{}' then
    perform settle_wait(id) from (select id from unnest(v_ids) as id order by id) as due;
  end if;
  if p_from = '-infinity' and not exists (select from jobs where queue = '/waits' and run_at <= v_now) then
    perform note_look('waits', v_now);
  end if;
  return cardinality(v_ids);
end
$$;
comment on function advance_waits(integer, timestamptz) is
  'Lets operations go on whose sleep or timeout is over, at most p_limit of them, those whose deadline is p_from or later; returns how many it looked at. '
  'Every claim does.';
