-- Every claim looks whether waits are over, so a look must cost next to nothing, also while a long snapshot keeps the dead versions of
-- all that were over since it was taken. So a session goes through all of them every five seconds, and in between through those of
-- the last seconds alone: what was due before then the last long look has seen, unless its transaction took two seconds to commit.
create or replace function first_wait_to_look_at(p_now timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_parts text[] := regexp_match(current_setting('backops.waits_seen', true), '^([0-9.]+) (.*)$');
  v_seen timestamptz := to_timestamp(v_parts[1]::double precision);
begin
  return case
    when v_parts[2] = current_schema() and v_seen between p_now - interval '5 seconds' and p_now then v_seen - interval '2 seconds'
    else '-infinity'
  end;
end
$$;
comment on function first_wait_to_look_at(timestamptz) is 'From which deadline on a look at the waits has to begin: -infinity every five seconds of a session.';

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
    perform set_config('backops.waits_seen', extract(epoch from v_now) || ' ' || current_schema(), false);
  end if;
  return cardinality(v_ids);
end
$$;
comment on function advance_waits(integer, timestamptz) is
  'Lets operations go on whose sleep or timeout is over, at most p_limit of them, those whose deadline is p_from or later; returns how many it looked at. '
  'Every claim does.';
