-- Locks: rows of operation_minutes in the order of their keys, then of action_hours; then what is too old, skipping locked rows.
create or replace function record_actions(p_counts jsonb) returns integer
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
