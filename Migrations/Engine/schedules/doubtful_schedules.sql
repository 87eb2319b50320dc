create or replace function doubtful_schedules() returns table (application text, schedule text, doubt text, detail text)
  language sql stable
  set search_path from current
  set jit = off
as $$
  select c.application, d ->> 'name', 'refused', schedule_obstacle(s, declared_schedule(d), c.application)
    from schedule_sets c
   cross join jsonb_array_elements(c.declared) as d
    join schedules s on s.name = d ->> 'name' and s.application is distinct from c.application
   where c.current and schedule_obstacle(s, declared_schedule(d), c.application) is not null
  union all
  select s.application, s.name::text, 'abandoned', 'no live worker declares it'
    from schedules s
   where s.application is not null and s.undeclared_at is null and live_schedule_set(s.application) is null
  union all
  select s.application, null, 'divided', format('live workers of version %s declare other schedules than those that count', string_agg(distinct w.version, ', '))
    from workers w
    join schedule_sets s on s.id = w.schedule_set_id
   where not w.stopping and w.heartbeat_at + w.lease > clock_now() and s.id <> live_schedule_set(s.application)
   group by s.application
   order by 1, 2
$$;
comment on function doubtful_schedules() is
  'What is not as the code of applications declares it. refused: the schedule is another one''s, or somebody''s. abandoned: no live worker declares it, '
  'and it goes on. divided: live workers declare different schedules, as they do during a deploy.';
