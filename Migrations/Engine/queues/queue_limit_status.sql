create or replace view queue_limit_status as
  select l.queue::text, l.maximum,
         greatest(l.holding - coalesce((select sum(r.slots) from limit_releases r where r.gate = queue_gate(l.queue)), 0), 0)::integer as running,
         l.set_by, l.set_at, l.reason
    from queue_limits l;
comment on view queue_limit_status is
  'One row per queue that has a limit, or had one: how many of its actions may run at once (null: any number again), how many do that count, and who has set it. '
  'SELECT * FROM backops.queue_limit_status ORDER BY queue';
