create or replace function wait_kind(p_wait jsonb) returns text
  language sql immutable
  return case when p_wait ? 'signals' then 'signal' when p_wait ? 'approval' then 'approval' when p_wait is not null then 'sleep' end;
comment on function wait_kind(jsonb) is 'What a wait waits for: sleep, signal or approval; null for an action.';

create or replace function count_waits(p_kind text) returns table (waiting bigint, oldest_since timestamptz, capped boolean)
  language plpgsql stable rows 1
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set enable_sort = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
begin
  select count(*), min(w.waits_since), count(*) >= 1000 into waiting, oldest_since, capped
    from (
      select j.waits_since from jobs j where j.waits_for = p_kind and j.waits_since is not null order by j.waits_since limit 1000
    ) as w;
  return next;
end
$$;
comment on function count_waits(text) is 'How many operations are at a wait of a kind, counted up to 1000, and since when the first of them is.';

create or replace view wait_depth as
  select k.kind, c.waiting, c.oldest_since, statement_now() - c.oldest_since as oldest_age, c.capped
    from unnest('{sleep,signal,approval}'::text[]) as k (kind)
   cross join lateral count_waits(k.kind) as c;
comment on view wait_depth is
  'How many operations sleep, wait for a signal, or for an approval, and since when the first of them does. Counting stops at 1000 of a kind, then capped is '
  'true: there are at least as many. SELECT * FROM backops.wait_depth';

-- Locks: as sampled_queue_depth, which takes the sample of both.
create or replace function sampled_wait_depth(p_max_age interval default '10 seconds')
returns table (kind text, waiting bigint, oldest_seconds float8)
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_column
begin
  perform from sampled_queue_depth(p_max_age);
  return query
    select d.* from queue_samples s cross join lateral jsonb_to_recordset(s.waits) as d (kind text, waiting bigint, oldest_seconds float8);
end
$$;
comment on function sampled_wait_depth(interval) is
  'wait_depth as it was p_max_age ago at most, from the sample that sampled_queue_depth takes: what workers show as metrics.';
