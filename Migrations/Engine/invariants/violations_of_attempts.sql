create or replace function violations_of_attempts() returns setof violation
  language sql stable
  set search_path from current
  set enable_nestloop = off
  set jit = off
as $$
  -- 1. Numbers: they begin at 1, an attempt that counted is followed by the next number, one that gave its number back by the same.
  select 'attempts_are_recorded', t.operation_id, t.position, t.worker_id,
         case
           when a.position is null or t.run > a.run then format('attempt %s.%s (%s) is of an action or a run that is not there', t.run, t.attempt, t.outcome)
           else format('attempt %s.%s (%s) follows %s', t.run, t.attempt, t.outcome, coalesce(format('attempt %s (%s)', attempt_before, outcome_before), 'none'))
         end,
         'A row of attempts was lost, or written by hand: the history is not complete.'
    from (
      select t.operation_id, t.position, t.run, t.attempt, t.outcome, t.worker_id,
             lag(t.attempt) over budget as attempt_before,
             lag(t.outcome) over budget as outcome_before
        from attempts t
       window budget as (partition by t.operation_id, t.position, t.run, t.outcome = 'refused' order by t.id)
    ) as t
    left join actions a on a.operation_id = t.operation_id and a.position = t.position
   where a.position is null
      or t.run > a.run
      or case
           when t.outcome = 'refused' then t.attempt <> 0
           else t.attempt is distinct from case
             when outcome_before is null then 1
             when outcome_before in ('failed', 'timed_out', 'crashed', 'cancelled') then attempt_before + 1
             when outcome_before in ('snoozed', 'released') then attempt_before
           end
         end
  union all
  -- 2. Counts: what an action says of its attempts is in the history.
  select 'attempts_are_recorded', a.operation_id, a.position, null,
         case
           when a.attempts_count not between 0 and a.max_attempts then format('it has had %s of %s attempts', a.attempts_count, a.max_attempts)
           else format('it counts %s attempts, but the history does not have them', a.attempts_count)
         end,
         'A row of attempts was lost, or the count was written by hand: the history is not complete.'
    from actions a
    left join lateral (
      select t.attempt, t.outcome
        from attempts t
       where t.operation_id = a.operation_id and t.position = a.position and t.run = a.run and t.outcome <> 'refused'
         and (a.completed_at is not null or t.attempt = a.earlier_attempts + a.attempts_count and t.outcome in ('failed', 'timed_out', 'crashed', 'cancelled'))
       order by t.id desc
       limit 1
    ) as last on a.attempts_count > case when a.completed_at is null then 0 else 1 end
   where a.attempts_count > a.max_attempts
      or a.attempts_count < case when a.completed_at is null then 0 else 1 end
      or a.attempts_count > 0 and a.completed_at is null and last.attempt is null
      or a.attempts_count > 1 and a.completed_at is not null
        and a.earlier_attempts + a.attempts_count is distinct from last.attempt + case when last.outcome in ('snoozed', 'released') then 0 else 1 end
  union all
  -- 3. A job has begun the attempts that its action counts, and one more where it is claimed.
  select 'attempts_are_recorded', j.operation_id, j.position, j.worker_id,
         format('its job is at attempt %s of %s, after %s that ended', j.attempt, a.max_attempts, a.attempts_count),
         format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- gives it a fresh budget, once nobody holds it',
                current_schema(), j.position, j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   cross join lateral (select j.attempt - case when j.worker_id is null then 0 else 1 end as ended) as n
   where n.ended not between 0 and a.max_attempts - 1
      or n.ended > 0 and n.ended <> a.attempts_count
  union all
  -- 4. Groups: what has failed counts in failures once, by the attempt that ended it, and nothing else does.
  select 'failures_are_grouped', coalesce(o.id, t.operation_id), coalesce(t.position, o.stopped_position), null,
         case
           when o.id is null then 'failures counts it, though it has not failed'
           when t.operation_id is null then 'it has failed, but failures does not count it'
           else 'failures counts it by another attempt than the one that ended it'
         end,
         format('update %1$I.attempts set fingerprint = null where operation_id = %2$s; ', current_schema(), coalesce(o.id, t.operation_id))
         || case
              when o.id is null then '-- it goes on, or has ended otherwise'
              else format('with last as (select max(id) as id from %1$I.attempts where operation_id = %2$s and ends_operation) '
                          'update %1$I.attempts t set fingerprint = %1$I.failure_fingerprint(t) from last where t.id = last.id; -- counts it',
                          current_schema(), o.id)
            end
    from (select id, ended_at, stopped_position from operations where state = 'failed') as o
    full join (
      select operation_id, count(*) as count, min(ended_at) as ended_at, min(position) as position
        from attempts
       where fingerprint is not null
       group by operation_id
    ) as t on t.operation_id = o.id
   where t.count > 1
      or o.id is null and exists (select from operations x where x.id = t.operation_id)
      -- A failed operation that lacks the attempt itself is told above.
      or (t.ended_at, t.position) is distinct from (o.ended_at, o.stopped_position) and exists (
        select from attempts y
         where y.operation_id = o.id and y.ends_operation and y.ended_at = o.ended_at and y.position = o.stopped_position
      )
$$;
comment on function violations_of_attempts() is 'The part of invariants() that counts attempts.';
