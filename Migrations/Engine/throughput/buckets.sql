create or replace function duration_bucket_limits() returns float8[]
  language sql immutable parallel safe
  return array[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6]::float8[];
comment on function duration_bucket_limits() is
  'Upper limits in milliseconds of the buckets that durations are counted in, each of them included; one more bucket takes what is longer.';

create or replace function bucket_sums(p_buckets bigint[]) returns bigint[]
  language sql immutable parallel safe
  return array(
    select sum(b.count)::bigint
      from unnest(p_buckets) with ordinality as b (count, n)
     group by (b.n - 1) % 25
     order by (b.n - 1) % 25
  );
comment on function bucket_sums(bigint[]) is 'Adds arrays of 25 buckets, given as an array of arrays, bucket by bucket.';

create or replace function bucket_quantile(p_buckets bigint[], p_fraction float8, p_max_ms float8) returns float8
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
