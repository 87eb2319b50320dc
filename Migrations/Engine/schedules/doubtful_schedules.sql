create or replace function refused_schedules(p_application text) returns table (schedule text, detail text)
  language sql stable
  set search_path from current
as $$
  select d ->> 'name', schedule_obstacle(s, declared_schedule(d), c.application)
    from schedule_sets c
   cross join jsonb_array_elements(c.declared) as d
    join schedules s on s.name = d ->> 'name' and s.application is distinct from c.application
   where c.current and c.application = p_application and schedule_obstacle(s, declared_schedule(d), c.application) is not null
$$;
comment on function refused_schedules(text) is 'The schedules that an application declares and may not have, and why.';

create or replace function doubtful_schedules() returns table (application text, schedule text, doubt text, detail text)
  language sql stable
  set search_path from current
  set jit = off
  set timezone = 'UTC'
  set datestyle = 'ISO'
as $$
  with live as materialized (
    select a.application, live_schedule_set(a.application) as set_id from (select distinct application from schedule_sets) as a
  )
  select l.application, r.schedule, 'refused', r.detail
    from live l
   cross join lateral refused_schedules(l.application) as r
  union all
  select s.application, s.name::text, 'abandoned', 'no live worker declares it'
    from schedules s
    left join live l on l.application = s.application
   where s.application is not null and s.undeclared_at is null and l.set_id is null
  union all
  select s.application, null, 'divided', format('live workers of version %s declare other schedules than those that count', string_agg(distinct coalesce(nullif(w.version, ''), 'unknown'), ', '))
    from workers w
    join schedule_sets s on s.id = w.schedule_set_id
    join live l on l.application = s.application
   where not w.stopping and w.heartbeat_at + w.lease > clock_now() and s.id <> l.set_id
   group by s.application
   order by 1, 2
$$;
comment on function doubtful_schedules() is
  'What is not as the code of applications declares it. refused: the schedule is another one''s, or somebody''s. abandoned: no live worker declares it, '
  'and it goes on. divided: live workers declare different schedules, as they do during a deploy.';
