-- Throughput: what actions did, counted per minute and per hour.
--
-- Workers count in memory and add what they counted every few seconds, one statement for all of it: nothing here is derived from
-- the tables of the queue, and no action pays for a write. Rows are shared by all workers and locked in the order of their keys
-- for as long as that one statement takes; fifty workers that add every ten seconds are in each other's way about once in a
-- hundred times. A row per worker would need as many updates, and a second pass over all of them to add them up.

create function duration_bucket_limits() returns float8[]
  language sql immutable parallel safe
  return array[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6]::float8[];
comment on function duration_bucket_limits() is
  'Upper limits in milliseconds of the buckets that durations are counted in, each of them included; one more bucket takes what is longer.';

create function bucket_sums(p_buckets bigint[]) returns bigint[]
  language sql immutable parallel safe
  return array(
    select sum(b.count)::bigint
      from unnest(p_buckets) with ordinality as b (count, n)
     group by (b.n - 1) % 25
     order by (b.n - 1) % 25
  );
comment on function bucket_sums(bigint[]) is 'Adds arrays of 25 buckets, given as an array of arrays, bucket by bucket.';

create function bucket_quantile(p_buckets bigint[], p_fraction float8, p_max_ms float8) returns float8
  language sql immutable parallel safe
  return (
    select round(least(p_max_ms, l.low + (greatest(least(l.high, p_max_ms), l.low) - l.low) * (p_fraction * c.total - (c.upto - c.count)) / c.count)::numeric, 2)
      from (
        select b.n, b.count, sum(b.count) over (order by b.n) as upto, sum(b.count) over () as total
          from unnest(p_buckets) with ordinality as b (count, n)
      ) as c
     cross join lateral (
       select coalesce((duration_bucket_limits())[c.n - 1], 0) as low, coalesce((duration_bucket_limits())[c.n], p_max_ms) as high
     ) as l
     where c.count > 0 and c.upto >= p_fraction * c.total
     order by c.n
     limit 1
  );
comment on function bucket_quantile(bigint[], float8, float8) is
  'The duration in milliseconds that a fraction of the counted ones does not exceed, as if they lay evenly within their bucket; null where none is counted.';

create table operation_minutes (
  minute    timestamptz not null,
  queue     text        not null,
  operation text        not null,
  completed bigint      not null,
  failed    bigint      not null,
  retried   bigint      not null,
  max_ms    float8      not null,
  buckets   bigint[]    not null,
  constraint operation_minutes_pkey primary key (minute, queue, operation),
  constraint operation_minutes_has_25_buckets check (cardinality(buckets) = 25),
  constraint operation_minutes_counts_up check (least(completed, failed, retried) >= 0)
) with (fillfactor = 50);
comment on table operation_minutes is
  'Attempts that ended, counted per minute for a day by the workers that ran them: what the view throughput shows. A worker adds what it '
  'counted every few seconds: one that is killed loses that much, and nothing is counted twice.';
comment on column operation_minutes.minute is 'The minute in which a worker reported them, seconds after they ended.';
comment on column operation_minutes.queue is 'Queue of the jobs.';
comment on column operation_minutes.operation is 'Name of the operation; "(ad hoc)" for all that brought their own branches.';
comment on column operation_minutes.completed is 'Attempts that completed their action.';
comment on column operation_minutes.failed is 'Attempts whose failure ended the operation.';
comment on column operation_minutes.retried is 'Attempts that failed and are tried again.';
comment on column operation_minutes.max_ms is 'The longest of them.';
comment on column operation_minutes.buckets is 'How many took how long: see duration_bucket_limits.';

create table action_hours (
  hour      timestamptz not null,
  operation text        not null,
  action    text        not null,
  count     bigint      not null,
  max_ms    float8      not null,
  buckets   bigint[]    not null,
  constraint action_hours_pkey primary key (hour, operation, action),
  constraint action_hours_has_25_buckets check (cardinality(buckets) = 25),
  constraint action_hours_counts_up check (count >= 0)
) with (fillfactor = 50);
comment on table action_hours is 'The same attempts counted per hour and action, for 30 days: the view slow_actions reads it.';
comment on column action_hours.hour is 'The hour in which they were reported.';
comment on column action_hours.operation is 'Name of the operation; "(ad hoc)" for all that brought their own branches.';
comment on column action_hours.action is 'Branch and name of the action.';
comment on column action_hours.count is 'Attempts that completed or failed.';
comment on column action_hours.max_ms is 'The longest of them.';
comment on column action_hours.buckets is 'How many took how long: see duration_bucket_limits.';

-- Locks: rows of operation_minutes in the order of their keys, then of action_hours; then what is too old, skipping locked rows.
create function record_actions(p_counts jsonb) returns integer
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_minute timestamptz := date_trunc('minute', clock_now());
  v_hour timestamptz := date_trunc('hour', clock_now(), 'UTC');
  v_rows integer;
begin
  if jsonb_typeof(p_counts) is distinct from 'array' then
    raise exception using errcode = 'OP004', message = 'counts of actions are a JSON array',
      hint = 'Give [{"queue", "operation", "action", "completed", "failed", "retried", "max_ms", "buckets": [25 counts]}, …].';
  end if;
  insert into operation_minutes as m (minute, queue, operation, completed, failed, retried, max_ms, buckets)
    select v_minute, i.queue, i.operation, sum(i.completed), sum(i.failed), sum(i.retried), max(i.max_ms), bucket_sums(array_agg(i.buckets))
      from jsonb_to_recordset(p_counts) as i (
        queue text, operation text, completed bigint, failed bigint, retried bigint, max_ms float8, buckets bigint[]
      )
     group by i.queue, i.operation
     order by i.queue, i.operation
    on conflict (minute, queue, operation) do update
       set completed = m.completed + excluded.completed, failed = m.failed + excluded.failed, retried = m.retried + excluded.retried,
           max_ms = greatest(m.max_ms, excluded.max_ms), buckets = bucket_sums(array[m.buckets, excluded.buckets]);
  get diagnostics v_rows = row_count;
  insert into action_hours as h (hour, operation, action, count, max_ms, buckets)
    select v_hour, i.operation, i.action, sum(i.completed + i.failed + i.retried), max(i.max_ms), bucket_sums(array_agg(i.buckets))
      from jsonb_to_recordset(p_counts) as i (
        operation text, action text, completed bigint, failed bigint, retried bigint, max_ms float8, buckets bigint[]
      )
     group by i.operation, i.action
     order by i.operation, i.action
    on conflict (hour, operation, action) do update
       set count = h.count + excluded.count, max_ms = greatest(h.max_ms, excluded.max_ms),
           buckets = bucket_sums(array[h.buckets, excluded.buckets]);
  delete from operation_minutes where ctid = any (array(
    select ctid from operation_minutes where minute < v_minute - interval '1 day' limit 1000 for update skip locked
  ));
  delete from action_hours where ctid = any (array(
    select ctid from action_hours where hour < v_hour - interval '30 days' limit 1000 for update skip locked
  ));
  return v_rows;
exception
  when invalid_text_representation or invalid_parameter_value or numeric_value_out_of_range or not_null_violation or check_violation
    or array_subscript_error or null_value_not_allowed then
    raise exception using errcode = 'OP004', message = 'counts of actions cannot be read: ' || sqlerrm,
      hint = 'Give [{"queue", "operation", "action", "completed", "failed", "retried", "max_ms", "buckets": [25 counts]}, …].';
end
$$;
comment on function record_actions(jsonb) is
  'Adds what a worker has counted since it called last to the current minute and hour, and deletes minutes older than a day and hours older '
  'than 30 days. [{"queue": "default", "operation": "Fulfilment", "action": "main/Ship", "completed": 40, "failed": 0, "retried": 2, '
  '"max_ms": 81.5, "buckets": [25 counts, as duration_bucket_limits says]}, …]. Returns the number of rows. A call that failed changed nothing; '
  'one whose answer was lost should not be repeated.';

create view throughput as
  select minute, queue, operation, completed, failed, retried,
         bucket_quantile(buckets, 0.5, max_ms) as p50_ms,
         bucket_quantile(buckets, 0.95, max_ms) as p95_ms
    from operation_minutes;
comment on view throughput is
  'Attempts per minute, queue and operation over the last day: completed, failed (and ended their operation), retried (failed, '
  'and are tried again), and how long their actions ran. Counted by the workers, seconds behind; one that is killed loses what it counted in '
  'its last seconds. SELECT * FROM backops.throughput ORDER BY minute DESC LIMIT 20';

create view slow_actions as
  select h.operation, h.action, h.count,
         bucket_quantile(h.buckets, 0.5, h.max_ms) as p50_ms,
         bucket_quantile(h.buckets, 0.95, h.max_ms) as p95_ms,
         h.max_ms, h.since
    from (
      select operation, action, sum(count)::bigint as count, max(max_ms) as max_ms, bucket_sums(array_agg(buckets)) as buckets, min(hour) as since
        from action_hours
       -- Two values and not a range, so that the planner knows how little that is.
       where hour = any (array[
         (select date_trunc('hour', clock_now(), 'UTC')), (select date_trunc('hour', clock_now(), 'UTC') - interval '1 hour')
       ])
       group by operation, action
    ) as h;
comment on view slow_actions is
  'How long attempts of each action ran in this hour and the one before. Quantiles are taken from buckets and exact to their width; '
  'action_hours has the last 30 days. SELECT * FROM backops.slow_actions ORDER BY p95_ms DESC LIMIT 20';

-- Locks: nothing that is contended; the rows are new.
create function store_logs(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_lines jsonb[]) returns integer
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_rows integer;
  v_secret boolean := exists (select from secret_keys);
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_lines));
  if exists (select from unnest(p_lines) as lines where jsonb_typeof(lines) is distinct from 'array') then
    raise exception using errcode = 'OP004', message = 'the lines of an attempt are a JSON array',
      hint = 'Give [{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "…", "metadata": {…}}, …] for each.';
  end if;
  insert into attempt_logs (operation_id, claim_id, number, position, run, attempt, logged_at, level, message, metadata)
    select i.operation_id, i.claim_id, l.number, a.position, a.run, a.attempt, l.at, l.level,
           left(case when v_secret then concealed(i.operation_id, l.message) else l.message end, 8192),
           coalesce(case when v_secret then concealed(i.operation_id, l.metadata::text)::jsonb else l.metadata end, '{}')
      from unnest(p_operation_ids, p_claim_ids, p_lines) as i (operation_id, claim_id, lines)
     cross join lateral (
       -- Held still, or ended under this claim: a line that comes late belongs to it as well.
       select j.position, a.run, a.earlier_attempts + j.attempt as attempt
         from jobs j
         join actions a on a.operation_id = j.operation_id and a.position = j.position
        where j.operation_id = i.operation_id and j.claim_id = i.claim_id and j.worker_id = p_worker_id
       union all
       select t.position, t.run, t.attempt
         from attempts t
        where t.operation_id = i.operation_id and t.claim_id = i.claim_id and t.worker_id = p_worker_id
       union all
       select a.position, a.run, a.earlier_attempts + a.attempts_count from actions a where a.operation_id = i.operation_id and a.completed_claim_id = i.claim_id
       limit 1
     ) as a
     cross join lateral jsonb_to_recordset(i.lines) as l (number integer, at timestamptz, level text, message text, metadata jsonb)
     where l.number between 1 and 1000
    on conflict do nothing;
  get diagnostics v_rows = row_count;
  return v_rows;
exception
  when invalid_text_representation or invalid_parameter_value or invalid_datetime_format or datetime_field_overflow
    or numeric_value_out_of_range or not_null_violation or check_violation then
    raise exception using errcode = 'OP004', message = 'the lines of an attempt cannot be read: ' || sqlerrm,
      hint = 'Give [{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "…", "metadata": {…}}, …] for each.';
end
$$;
comment on function store_logs(bigint, bigint[], bigint[], jsonb[]) is
  'Stores what attempts logged, at most 1000 lines of each, in attempt_logs; call it together with their outcomes, before or after. Lines of a '
  'claim that is not this worker''s are left out, and those that are stored already. Returns how many were stored.';
