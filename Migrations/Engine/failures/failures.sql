-- Nothing is counted beforehand: the attempt that an operation has failed by carries the fingerprint of its error for as long as
-- the operation has failed, and an index over these rows alone gives the groups. So a hundred thousand failures at once write no
-- row in common, a success writes nothing at all, and a group is right in the same transaction in which its members change.

-- From one group to the next by the index: as many steps as there are groups, however many have failed.
create or replace view failures as
  with recursive groups (fingerprint, n) as (
    (select fingerprint, 1 from attempts where fingerprint is not null order by fingerprint limit 1)
    union all
    select next.fingerprint, groups.n + 1
      from groups
     cross join lateral (
       select t.fingerprint from attempts t where t.fingerprint > groups.fingerprint order by t.fingerprint limit 1
     ) as next
     where groups.n < 1000
  )
  select o.name::text as operation,
         a.branch || '/' || a.name as action,
         last.error_type,
         groups.fingerprint,
         (
           select count(*) from (select from attempts t where t.fingerprint = groups.fingerprint limit 1000) as counted
         ) as count,
         (select min(t.ended_at) from attempts t where t.fingerprint = groups.fingerprint) as first_at,
         last.ended_at as last_at,
         last.operation_id as example_id,
         last.error_message as example_message,
         exists (select from attempts t where t.fingerprint = groups.fingerprint offset 1000) as capped
    from groups
   cross join lateral (
     select t.operation_id, t.position, t.error_type, t.error_message, t.ended_at
       from attempts t
      where t.fingerprint = groups.fingerprint
      order by t.ended_at desc
      limit 1
   ) as last
   cross join lateral (select o.name from operations o where o.id = last.operation_id) as o
    left join lateral (select a.branch, a.name from actions a where a.operation_id = last.operation_id and a.position = last.position) as a on true;
comment on view failures is
  'What has failed and still is, grouped by operation, action and kind of error. count stops at 1000, then capped is true; at most 1000 groups. '
  'SELECT * FROM backops.failures ORDER BY last_at DESC LIMIT 20; then SELECT * FROM backops.retry_where(error => ''fingerprint'')';
