-- A role worker may call it, and with it enqueue any operation, at times to come: more than enqueueing it may do anyway, because a worker can
-- register itself as the one that runs every action of every operation, and decides what each of them does. It cannot touch what people
-- created. Applications are not kept apart from one another: a worker says itself which one it is of.
--
-- Locks: an advisory lock of each application, in the order of their names; then as hold_schedule, schedule by schedule in the order of their names.
create or replace function settle_schedules(p_application text default null) returns table (application text, schedule text, outcome text, detail text)
  language plpgsql
  set search_path from current
  set lock_timeout = '5s'
  set jit = off
  set timezone = 'UTC'
  set datestyle = 'ISO'
as $$
#variable_conflict use_column
declare
  v_application text;
  v_applications text[] := array(
    select distinct s.application from schedule_sets s where s.application = coalesce(p_application, s.application) order by s.application
  );
  v_unsettled text[] := '{}';
begin
  foreach v_application in array v_applications loop
    if not is_settled(v_application, live_schedule_set(v_application)) then
      perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/schedules/' || v_application, 0));
      v_unsettled := v_unsettled || v_application;
    end if;
  end loop;
  foreach v_application in array v_applications loop
    if v_application = any (v_unsettled) then
      return query select v_application, a.schedule, a.outcome, a.detail from apply_schedule_set(v_application, live_schedule_set(v_application)) as a;
    end if;
    return query select v_application, r.schedule, 'refused', r.detail from refused_schedules(v_application) as r;
  end loop;
end
$$;
comment on function settle_schedules(text) is
  'Makes the schedules of an application, or of all, what the newest set says that its live workers declare. Schedules that it does not name are '
  'paused, those that people created stay as they are. Returns what changed (created, changed, continued, paused), and with the reason what is '
  'refused. Every worker with schedules calls it when it starts, and now and then: that is how a rollback takes effect.';

create or replace function is_settled(p_application text, p_set_id bigint) returns boolean
  language sql stable
  set search_path from current
as $$
  select p_set_id is null or exists (
    select from schedule_sets s
     where s.id = p_set_id and s.current
       and not exists (
         select from jsonb_array_elements(s.declared) as d
          where not exists (
            select from schedules e
             where e.name = d ->> 'name'
               and (e.application = p_application and e.undeclared_at is null or schedule_obstacle(e, declared_schedule(d), p_application) is not null)
          )
       )
  )
$$;
comment on function is_settled(text, bigint) is 'Whether the schedules of an application are those of a set, except those that it may not have.';

-- Locks: as hold_schedule, in the order of names; the caller holds the application's advisory lock.
create or replace function apply_schedule_set(p_application text, p_set_id bigint) returns table (schedule text, outcome text, detail text)
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_declared jsonb;
  v_one jsonb;
  v_old schedules;
  v_new schedules;
  v_changes jsonb := '{}';
begin
  if is_settled(p_application, p_set_id) then
    return;
  end if;
  select s.declared into strict v_declared from schedule_sets s where s.id = p_set_id;
  update schedule_sets s set current = false where s.application = p_application and s.current and s.id <> p_set_id;
  update schedule_sets s set current = true where s.id = p_set_id and not s.current;

  for schedule, v_one in
    select n.name, d.declared
      from (
        select s.name::text from schedules s where s.application = p_application and s.undeclared_at is null
        union
        select d ->> 'name' from jsonb_array_elements(v_declared) as d
      ) as n
      left join (select d ->> 'name' as name, d as declared from jsonb_array_elements(v_declared) as d) as d on d.name = n.name
     order by n.name collate "C"
  loop
    outcome := null;
    detail := null;
    v_old := hold_schedule(schedule);
    if v_one is null then
      continue when v_old.application is distinct from p_application or v_old.undeclared_at is not null;
      update schedules s set undeclared_at = v_now, due_at = null where s.id = v_old.id;
      outcome := 'paused';
      detail := undeclared_reason(p_application);
    else
      v_new := declared_schedule(v_one);
      continue when schedule_obstacle(v_old, v_new, p_application) is not null;
      if v_old.undeclared_at is not null then
        perform end_undeclared(v_old);
        outcome := 'continued';
        v_old := hold_schedule(schedule);
      end if;
      v_new := write_schedule(v_old, described_like(v_old, v_new, p_application));
      if v_new is distinct from v_old then
        outcome := case when v_old.id is null then 'created' else 'changed' end;
      end if;
    end if;
    if outcome is not null then
      v_changes := v_changes || jsonb_build_object(outcome, coalesce(v_changes -> outcome, '[]') || to_jsonb(schedule));
      return next;
    end if;
  end loop;
  if v_changes <> '{}' then
    perform write_audit('declare_schedules', null, null, jsonb_build_object('application', p_application) || v_changes);
  end if;
end
$$;
comment on function apply_schedule_set(text, bigint) is 'Makes the schedules of an application those of a set of declarations; returns what it did.';

create or replace function described_like(p_old schedules, p_new schedules, p_application text) returns schedules
  language plpgsql immutable
  set search_path from current
as $$
declare
  v schedules := p_old;
begin
  v.name := p_new.name;
  v.operation := p_new.operation;
  v.cron := p_new.cron;
  v.every := p_new.every;
  v.time_zone := p_new.time_zone;
  v.globals := p_new.globals;
  v.queue := p_new.queue;
  v.priority := p_new.priority;
  v.tags := p_new.tags;
  v.starts_at := coalesce(p_new.starts_at, p_old.starts_at);
  v.ends_at := p_new.ends_at;
  v.overlap := p_new.overlap;
  v.catch_up := p_new.catch_up;
  v.catch_up_limit := p_new.catch_up_limit;
  v.catch_up_window := p_new.catch_up_window;
  v.jitter := p_new.jitter;
  v.pause_after_failures := p_new.pause_after_failures;
  v.application := p_application;
  return v;
end
$$;
comment on function described_like(schedules, schedules, text) is 'A schedule with the description of another one, in the hands of an application.';

create or replace function schedule_obstacle(p_old schedules, p_new schedules, p_application text) returns text
  language sql stable
  set search_path from current
as $$
  select case
    when p_old.id is null or p_old.application = p_application then null
    when p_old.application is not null then
      case when is_declared(p_old.name, p_old.application) then format('the application "%s" declares it, too', p_old.application) end
    -- Code that says what is so already takes it over: nothing changes but who says it.
    when described_like(p_old, p_new, null) is distinct from p_old then
      format('it differs from what the code says, and is not the code''s (%s changed it last)', p_old.changed_by)
  end
$$;
comment on function schedule_obstacle(schedules, schedules, text) is
  'Why an application may not have a schedule as its code declares it: it is another one''s, or somebody''s. Null where it may.';
