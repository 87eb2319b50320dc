create or replace view fair_queue_status as
  select f.queue::text, f.by_global, f.weights, w.waiting, w.waiting = 1000 as capped, f.set_by, f.set_at, f.reason
    from fair_queues f
   cross join lateral (
     select count(*) as waiting
       from (
         select
           from generate_series(0, 9) as lane
          cross join lateral (
            select from jobs j where j.queue = fair_queue(f.queue) and j.priority = lane::smallint and j.turn is not null limit 1000
          ) as j
          limit 1000
       ) as j
   ) as w;
comment on view fair_queue_status is
  'One row per fair queue, or one that was: by which global its actions take turns (null: no more), with which weights, how many have their turn and wait, counted up to 1000 '
  '(capped), and who has set it. SELECT * FROM backops.fair_queue_status ORDER BY queue';

-- The keys are read from the operations: a job has its turn, and no more.
create or replace view fair_queue_lines as
  select f.queue::text, j.priority, counted_key(f.by_global, o.globals, exists (select from secret_keys) and is_secret(o.name, f.by_global)) as key,
         count(*) as waiting, min(j.run_at) as oldest_ready_at, min(j.ahead) as ahead
    from fair_queues f
   cross join lateral (
     select j.operation_id, j.priority, j.run_at, row_number() over (order by j.priority, j.turn, j.operation_id) - 1 as ahead
       from (
         select j.operation_id, j.priority, j.run_at, j.turn
           from generate_series(0, 9) as lane
          cross join lateral (
            select j.operation_id, j.priority, j.run_at, j.turn from jobs j
             where j.queue = fair_queue(f.queue) and j.priority = lane::smallint and j.turn is not null
             order by j.turn, j.operation_id
             limit 10000
          ) as j
          limit 10000
       ) as j
   ) as j
    join operations o on o.id = j.operation_id
   where f.by_global is not null
   group by 1, 2, 3;
comment on view fair_queue_lines is
  'One row per key that has jobs with a turn in a fair queue: how many, since when the oldest is due, and how many jobs are before its first; among the first 10000 of each queue. '
  'SELECT * FROM backops.fair_queue_lines WHERE queue = ''reports'' ORDER BY ahead LIMIT 20';
