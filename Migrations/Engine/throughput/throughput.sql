create or replace view throughput as
  select minute, queue, operation, completed, failed, retried,
         bucket_quantile(buckets, 0.5, max_ms) as p50_ms,
         bucket_quantile(buckets, 0.95, max_ms) as p95_ms
    from operation_minutes;
comment on view throughput is
  'Attempts per minute, queue and operation over the last day: completed, failed (and ended their operation), retried (failed, '
  'and are tried again), and how long their actions ran. Counted by the workers, seconds behind; one that is killed loses what it counted in '
  'its last seconds. SELECT * FROM backops.throughput ORDER BY minute DESC LIMIT 20';
