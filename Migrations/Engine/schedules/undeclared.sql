create or replace function undeclared_reason(p_application text) returns text
  language sql immutable
  set search_path from current
as $$
  select format('the code of the application "%s" no longer declares it', p_application)
$$;
comment on function undeclared_reason(text) is 'Why a schedule is paused that the code of its application does not name any more.';

-- Locks: the schedule's row is locked by the caller.
create or replace function end_undeclared(p_schedule schedules) returns void
  language plpgsql
  set search_path from current
as $$
begin
  -- The pause of a person may have ended while the code did not name the schedule.
  if p_schedule.paused_at is null or p_schedule.paused_until <= clock_now() then
    perform end_schedule_pause(p_schedule);
  else
    -- The pause of a person stays.
    update schedules set undeclared_at = null, due_at = paused_until where id = p_schedule.id;
  end if;
end
$$;
comment on function end_undeclared(schedules) is 'Lets a schedule go on that code had stopped naming, unless somebody paused it as well.';

create or replace function live_schedule_set(p_application text) returns bigint
  language sql stable
  set search_path from current
as $$
  -- A set of no schedules gives way to every other one: what has no schedules yet, or is another program under the same name, pauses nothing that
  -- live workers declare.
  select s.id
    from schedule_sets s
   where s.application = p_application
     and exists (select from workers w where w.schedule_set_id = s.id and not w.stopping and w.heartbeat_at + w.lease > clock_now())
   order by (s.declared <> '[]') desc, s.id desc
   limit 1
$$;
comment on function live_schedule_set(text) is 'The set of schedules that counts: the newest that a live worker of the application declares; null where none does.';

create or replace function is_declared(p_name text, p_application text) returns boolean
  language sql stable
  set search_path from current
as $$
  select exists (
    select from schedule_sets s where s.id = live_schedule_set(p_application) and s.declared @> jsonb_build_array(jsonb_build_object('name', p_name))
  )
$$;
comment on function is_declared(text, text) is 'Whether live workers of an application declare a schedule.';

create or replace function refuse_declared_schedule(p_schedule schedules, p_hint text) returns void
  language plpgsql stable
  set search_path from current
as $$
begin
  if is_declared(p_schedule.name, p_schedule.application) then
    raise exception using errcode = 'OP003',
      message = format('the schedule "%s" is declared in the code of the application "%s"', p_schedule.name, p_schedule.application), hint = p_hint;
  end if;
end
$$;
comment on function refuse_declared_schedule(schedules, text) is 'Refuses to change by hand what live workers declare (SQLSTATE OP003).';
