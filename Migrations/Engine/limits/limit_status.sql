-- The first thousand keys of a limit are counted: there may be as many as operations.
create or replace view limit_status as
  select l.name::text, l.maximum, l.declared, l.set_by, l.set_at, l.reason, k.keys, k.holding, k.waiting, k.capped
    from limits l
   cross join lateral (
     select count(*) as keys, coalesce(sum(g.holding), 0) as holding, coalesce(sum(g.waiting), 0) as waiting, count(*) = 1000 as capped
       from (select g.holding, g.waiting from limit_gates g where g.name = l.name order by g.name, g.gate limit 1000) as g
   ) as k;
comment on view limit_status is
  'One row per limit: how many may run at once (null: any number), what the plan declares, who has set another number, how many keys are in use, and how many slots '
  'are held and jobs in line, counted over a thousand keys at most. SELECT * FROM backops.limit_status ORDER BY name';

create or replace view limit_lines as
  select g.name::text, nullif(substr(g.gate, length(g.name) + 2), '') as key, l.maximum, g.holding, g.waiting, g.gate
    from limit_gates g
    left join limits l on l.name = g.name;
comment on view limit_lines is
  'One row per limit, or per key of one, that somebody holds or waits for; what was given back a moment ago counts until the next claim. '
  'SELECT * FROM backops.limit_lines WHERE name = ''stripe'' ORDER BY gate LIMIT 100';
