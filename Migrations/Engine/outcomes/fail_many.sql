-- Locks: the jobs in operation_id order, skipping locked ones (reported as busy), then what end_operation locks.
create or replace function fail_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcomes text[], p_permanent boolean[], p_retry_after interval[],
  p_error_types text[], p_error_messages text[], p_stack_traces text[], p_ended_ago interval[] default null
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker text;
  v record;
  v_ends boolean;
  v_run_at timestamptz;
  v_seen bigint[] := '{}';
  v_secret boolean := exists (select from secret_keys);
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_outcomes), cardinality(p_permanent), cardinality(p_retry_after),
                      cardinality(p_error_types), cardinality(p_error_messages), cardinality(p_stack_traces), cardinality(p_ended_ago));
  select format('%s pid %s', host, pid) into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if found then
    for v in
      select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, a.run, a.max_attempts, a.earlier_attempts, a.backoff,
             i.outcome, i.permanent, i.retry_after, i.error_type,
             greatest(j.claimed_at, least(v_now, v_now - i.ended_ago)) as ended_at,
             left(case when v_secret then concealed(j.operation_id, i.error_message) else i.error_message end, 8192) as error_message,
             left(case when v_secret then concealed(j.operation_id, i.stack_trace) else i.stack_trace end, 65536) as stack_trace
        from (
          select *
            from unnest(
                   p_operation_ids, p_claim_ids, p_outcomes, p_permanent, p_retry_after, p_error_types, p_error_messages, p_stack_traces, p_ended_ago
                 ) as i (operation_id, claim_id, outcome, permanent, retry_after, error_type, error_message, stack_trace, ended_ago)
           order by operation_id
        ) as i
       cross join lateral (
         select * from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id for update skip locked
       ) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
    loop
      v_seen := v_seen || v.claim_id;
      v_ends := coalesce(v.permanent, false) or v.attempt >= v.max_attempts;
      v_run_at := case when not v_ends then time_after(v_now, coalesce(v.retry_after, backoff_delay(v.attempt, v.backoff))) end;
      if v.outcome not in ('failed', 'timed_out') or not isfinite(v_run_at) then
        perform refuse_single(cardinality(p_operation_ids), case
          when v.outcome not in ('failed', 'timed_out') then 'an attempt fails as "failed" or "timed_out"'
          else 'a job can wait for a finite time only'
        end);
        return query select v.operation_id, v.claim_id, 'invalid', null::timestamptz;
        continue;
      end if;
      insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, worker_id, worker, claim_id, started_at, ended_at,
                            error_type, error_message, stack_trace)
        values (v.operation_id, v.position, v.run, v.earlier_attempts + v.attempt, coalesce(v.outcome, 'failed'), v_ends, p_worker_id, v_worker, v.claim_id, v.claimed_at, v.ended_at,
                v.error_type, v.error_message, v.stack_trace);
      update actions
         set started_at = v.claimed_at, attempts_count = v.attempt, errored_at = v.ended_at,
             error_type = v.error_type, error_message = v.error_message, stack_trace = v.stack_trace
       where operation_id = v.operation_id and position = v.position;
      if v_ends then
        perform end_operation(v.operation_id, 'failed', v.position, v.ended_at);
      else
        perform give_back(v.operation_id, v_run_at, v.attempt);
      end if;
      return query select v.operation_id, v.claim_id, case when v_ends then 'failed' else 'retrying' end, v_run_at;
    end loop;
  end if;
  return query
    select i.operation_id, i.claim_id, missed_claim(p_worker_id, i.operation_id, i.claim_id), null::timestamptz
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where i.claim_id <> all (v_seen);
end
$$;
comment on function fail_many(bigint, bigint[], bigint[], text[], boolean[], interval[], text[], text[], text[], interval[]) is
  'Records that attempts failed (outcome failed or timed_out). Each is tried again after retry_after, or else its backoff, until its attempts are '
  'used up or permanent says so: then the operation has failed. outcome: retrying, failed, done, stale, busy, and of several attempts invalid for one that '
  'cannot be recorded (another word than failed or timed_out, a retry_after that is not finite): its job is still held. '
  'p_ended_ago: how long ago each one ended, where the worker had something to look up before it could tell.';
