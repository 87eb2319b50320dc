-- Locks: the job, which the caller has locked.
create or replace function give_back(p_operation_id bigint, p_run_at timestamptz, p_attempt integer, p_began boolean default true) returns void
  language plpgsql
  set search_path from current
as $$
declare
  -- What goes on at once keeps its slot. A start is used up by whoever began.
  v_keeps boolean := p_run_at <= clock_now() and (not p_began or not exists (select from jobs where operation_id = p_operation_id and paced_at is not null));
begin
  update jobs
     set worker_id = null, claim_id = null, claimed_at = null, crashes = 0, progress = null, progress_note = null,
         run_at = p_run_at, attempt = p_attempt,
         queue = case when (action_slot is not null or paced_at is not null) and not v_keeps then '/limits' else queue end,
         action_slot = case when v_keeps then action_slot end,
         queue_slot = null,
         paced_at = case when v_keeps then paced_at end
   where operation_id = p_operation_id;
end
$$;
comment on function give_back(bigint, timestamptz, integer, boolean) is 'Frees a claimed job, to be claimed again from p_run_at on; the caller holds it.';

-- Locks: as fail_many.
create or replace function hand_back_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcome text, p_run_at timestamptz[], p_delay interval[],
  p_began boolean default true, p_at_most integer[] default null, p_within interval[] default null
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
  v_run_at timestamptz;
  v_turns record;
  v_deadline timestamptz;
  v_problem text;
  v_seen bigint[] := '{}';
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_run_at), cardinality(p_delay), cardinality(p_at_most), cardinality(p_within));
  select format('%s pid %s', host, pid) into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if found then
    for v in
      select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, j.queue, j.run_at, j.crashes, a.run, a.earlier_attempts,
             i.run_at as new_run_at, i.delay, i.at_most, i.within
        from (
          select *
            from unnest(p_operation_ids, p_claim_ids, p_run_at, p_delay, p_at_most, p_within) as i (operation_id, claim_id, run_at, delay, at_most, within)
           order by operation_id
        ) as i
       cross join lateral (
         select * from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id for update skip locked
       ) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
    loop
      v_seen := v_seen || v.claim_id;
      v_run_at := coalesce(v.new_run_at, time_after(v_now, v.delay));
      if v_run_at is null and p_outcome = 'released' then
        v_run_at := v.run_at;
      end if;
      if isfinite(v_run_at) is not true or v.at_most < 1 or v.within <= interval '0' then
        perform refuse_single(cardinality(p_operation_ids), case
          when v_run_at is null then 'a snooze must say until when, or for how long'
          when v.at_most < 1 then 'an action can be snoozed once or more often'
          when v.within <= interval '0' then 'the time within which an action may be snoozed must be longer than zero'
          else 'a job can wait for a finite time only'
        end);
        return query select v.operation_id, v.claim_id, 'invalid', null::timestamptz;
        continue;
      end if;
      if v.at_most is not null or v.within is not null then
        select count, since into v_turns from snoozes(v.operation_id, v.position, v.run);
        v_deadline := time_after(coalesce(v_turns.since, v.claimed_at), v.within);
        v_problem := snooze_problem(v_turns.count, v.at_most, v.within, v_deadline <= v_now);
        if v_problem is not null then
          return query
            select * from fail_many(p_worker_id, array[v.operation_id], array[v.claim_id], '{failed}', '{true}', '{null}', '{SnoozeLimit}', array[v_problem], '{null}');
          continue;
        end if;
        -- At the deadline it has one more turn.
        v_run_at := least(v_run_at, v_deadline);
      end if;
      if p_began then
        insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at)
          values (v.operation_id, v.position, v.run, v.earlier_attempts + v.attempt, p_outcome, p_worker_id, v_worker, v.claim_id, v.claimed_at, v_now);
      end if;
      perform give_back(v.operation_id, v_run_at, v.attempt - 1, p_began);
      -- A suspect that was interrupted has not shown yet that it lets its worker live.
      if p_outcome = 'released' and v.crashes > 0 then
        update jobs set crashes = v.crashes where operation_id = v.operation_id;
      end if;
      if v_run_at <= v_now then
        perform wake(v.queue, 1);
      end if;
      return query select v.operation_id, v.claim_id, p_outcome, v_run_at;
    end loop;
  end if;
  return query
    select i.operation_id, i.claim_id, missed_claim(p_worker_id, i.operation_id, i.claim_id), null::timestamptz
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where i.claim_id <> all (v_seen);
end
$$;
comment on function hand_back_many(bigint, bigint[], bigint[], text, timestamptz[], interval[], boolean, integer[], interval[]) is
  'Frees claimed jobs without costing an attempt: what snooze and release have in common. What has not even begun leaves no attempt in the history.';

create or replace function snoozes(p_operation_id bigint, p_position integer, p_run integer) returns table (count integer, since timestamptz)
  language sql stable
  set search_path from current
  set jit = off
as $$
  select count(*), min(a.started_at)
    from attempts a
   where a.operation_id = p_operation_id and a.position = p_position and a.run = p_run and a.outcome = 'snoozed'
     and a.id > coalesce(
       (select max(e.id) from attempts e where e.operation_id = p_operation_id and e.position = p_position and e.run = p_run and e.ends_operation), 0
     )
$$;
comment on function snoozes(bigint, integer, integer) is
  'How often an action was snoozed in a run, and since when; what came before the operation failed there, and was retried, does not count.';

create or replace function snooze_problem(p_count integer, p_at_most integer, p_within interval, p_is_over boolean) returns text
  language sql immutable
  set search_path from current
  set intervalstyle = 'postgres'
as $$
  select case
    when p_count >= p_at_most then format('the action was snoozed %s times, which is as often as it may be; retry allows it as many again', p_count)
    when p_is_over then format('the action was snoozed for %s, which is as long as it may be; retry allows it as long again', justify_interval(p_within))
  end
$$;
comment on function snooze_problem(integer, integer, interval, boolean) is 'Why an action that was snoozed that often cannot be snoozed again; null when it can.';
