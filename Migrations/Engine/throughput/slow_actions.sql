create or replace view slow_actions as
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
