-- Locks: the one row, while it is renewed; other callers meanwhile take the sample that there is.
create or replace function sampled_queue_depth(p_max_age interval default '10 seconds')
returns table (queue text, ready bigint, scheduled bigint, running bigint, retrying bigint, parked bigint, oldest_seconds float8)
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_column
declare
  v_depths jsonb;
  v_waits jsonb;
begin
  if p_max_age is null or p_max_age < interval '0' then
    raise exception using errcode = 'OP004', message = 'the age of a sample must be given, and not be negative';
  end if;
  if not exists (select from queue_samples where taken_at > clock_now() - p_max_age)
    and pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/queue_samples', 0))
  then
    select coalesce(jsonb_agg(jsonb_build_object(
             'queue', d.queue, 'ready', d.ready, 'scheduled', d.scheduled, 'running', d.running, 'retrying', d.retrying, 'parked', d.parked,
             'oldest_seconds', coalesce(extract(epoch from d.oldest_ready_age), 0), 'maximum', d.maximum, 'limit_running', l.running
           )), '[]')
      into v_depths
      from queue_depth d
      left join queue_limit_status l on l.queue = d.queue;
    select jsonb_agg(jsonb_build_object('kind', d.kind, 'waiting', d.waiting, 'oldest_seconds', coalesce(extract(epoch from d.oldest_age), 0)))
      into v_waits
      from wait_depth d;
    insert into queue_samples as s (taken_at, depths, waits) values (clock_now(), v_depths, v_waits)
      on conflict (singleton) do update set taken_at = excluded.taken_at, depths = excluded.depths, waits = excluded.waits;
  end if;
  return query
    select d.*
      from queue_samples s
     cross join lateral jsonb_to_recordset(s.depths) as d (
       queue text, ready bigint, scheduled bigint, running bigint, retrying bigint, parked bigint, oldest_seconds float8
     );
end
$$;
comment on function sampled_queue_depth(interval) is
  'queue_depth as it was p_max_age ago at most, or a little older while somebody takes the next sample: what workers show as metrics, at the cost of '
  'one sample for all of them.';

-- Locks: as sampled_queue_depth, which takes the sample of both.
create or replace function sampled_queue_limits(p_max_age interval default '10 seconds')
returns table (queue text, maximum integer, running integer)
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_column
begin
  perform from sampled_queue_depth(p_max_age);
  return query
    select d.*
      from queue_samples s
     cross join lateral jsonb_to_recordset(s.depths) as d (queue text, maximum integer, limit_running integer)
     where d.maximum is not null;
end
$$;
comment on function sampled_queue_limits(interval) is
  'The queues of that sample that have a limit, how many of each may run at once, and how many do: what workers show as metrics.';
