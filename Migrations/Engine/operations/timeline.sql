create or replace view timeline as
  select operation_id, position, branch, action, run, attempt, started_at, ended_at, outcome, worker
    from (
      select t.operation_id, t.position, a.branch, a.name as action, t.run, t.attempt, t.started_at, t.ended_at, t.outcome, t.worker
        from attempts t
       cross join lateral (select a.branch, a.name from actions a where a.operation_id = t.operation_id and a.position = t.position offset 0) as a
      union all
      select a.operation_id, a.position, a.branch, a.name, a.run, a.earlier_attempts + a.attempts_count, a.started_at, a.completed_at, 'completed', null
        from actions a
       where a.completed_at is not null
      union all
      select j.operation_id, j.position, a.branch, a.name, a.run, a.earlier_attempts + j.attempt, j.claimed_at, null, 'running', w.host || ' pid ' || w.pid
        from jobs j
       cross join lateral (select a.branch, a.name, a.run, a.earlier_attempts from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
        left join workers w on w.id = j.worker_id
       where j.worker_id is not null
    ) as t;
comment on view timeline is
  'Every attempt of an operation, whatever its outcome, with the one that runs now: what a chart of it is drawn from. '
  'SELECT * FROM backops.timeline WHERE operation_id = 48213 ORDER BY started_at';
