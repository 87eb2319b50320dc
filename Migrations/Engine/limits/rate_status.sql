-- The first thousand keys of a rate are counted: there may be as many as operations.
create or replace view rate_status as
  select r.name::text, r.count, make_interval(secs => r.per) as per, r.burst, r.declared_count, make_interval(secs => r.declared_per) as declared_per, r.declared_burst,
         r.set_by, r.set_at, r.reason, k.keys, k.waiting, k.closed, k.capped
    from rates r
   cross join lateral (
     select count(*) as keys, coalesce(sum(g.waiting), 0) as waiting, count(*) filter (where g.closed_until > statement_now()) as closed, count(*) = 1000 as capped
       from (select g.waiting, g.closed_until from rate_gates g where g.name = r.name order by g.name, g.gate limit 1000) as g
   ) as k;
comment on view rate_status is
  'One row per rate: how many actions may start in which time (null: any number), and how many at the same moment, what the plan declares, who has set other numbers, '
  'how many keys were used lately, how many jobs are in line, and how many keys are closed, counted over a thousand keys at most. '
  'SELECT * FROM backops.rate_status ORDER BY name';

create or replace view rate_lines as
  select g.name::text, nullif(substr(rate_of_gate(g.gate), length(g.name) + 2), '') as key, g.waiting, g.closed_until,
         case when g.waiting > 0 then greatest(
           statement_now(), g.closed_until,
           rate_base(g.used_until, g.version = r.version, r.gap, statement_now()) - r.tolerance
         ) end as next_start, g.gate
    from rate_gates g
    join rates r on r.name = g.name;
comment on view rate_lines is
  'One row per rate, or per key of one, that was used lately: how many are in line, when the first of them may start, and until when it is closed. '
  'SELECT * FROM backops.rate_lines WHERE name = ''stripe'' ORDER BY gate LIMIT 100';
