create or replace function declared_schedule(p_declared jsonb) returns schedules
  language plpgsql stable
  set search_path from current
as $$
declare
  v schedules;
begin
  v.name := p_declared ->> 'name';
  v.operation := p_declared ->> 'operation';
  v.cron := p_declared ->> 'cron';
  v.every := every_of(read_declared_interval(p_declared -> 'every'));
  v.time_zone := coalesce(p_declared ->> 'time_zone', 'UTC');
  v.globals := coalesce(p_declared -> 'globals', '{}');
  v.queue := coalesce(p_declared ->> 'queue', 'default');
  v.priority := coalesce((p_declared ->> 'priority')::integer, 5);
  v.tags := array(select jsonb_array_elements_text(coalesce(p_declared -> 'tags', '[]')));
  v.starts_at := (p_declared ->> 'starts_at')::timestamptz;
  v.ends_at := (p_declared ->> 'ends_at')::timestamptz;
  v.overlap := coalesce(p_declared ->> 'overlap', 'skip');
  v.catch_up := coalesce(p_declared ->> 'catch_up', 'latest');
  v.catch_up_limit := coalesce((p_declared ->> 'catch_up_limit')::integer, 1000);
  v.catch_up_window := elapsed(coalesce(read_declared_interval(p_declared -> 'catch_up_window'), '1 day'));
  v.jitter := elapsed(coalesce(read_declared_interval(p_declared -> 'jitter'), '0'));
  v.pause_after_failures := (p_declared ->> 'pause_after_failures')::integer;
  return v;
end
$$;
comment on function declared_schedule(jsonb) is 'A declaration as a schedule; what it leaves out is what schedule has as a default.';

create or replace function read_declared_interval(p_value jsonb) returns interval
  language sql stable
  set search_path from current
as $$
  select case jsonb_typeof(p_value) when 'number' then make_interval(secs => p_value::double precision) when 'null' then null else (p_value #>> '{}')::interval end
$$;
comment on function read_declared_interval(jsonb) is 'A time span in a declaration: a number of seconds, or the text of an interval.';

create or replace function check_schedules(p_application text, p_schedules jsonb) returns void
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
declare
  c_keys constant text[] := '{name,operation,cron,every,time_zone,globals,queue,priority,tags,starts_at,ends_at,overlap,catch_up,catch_up_limit,'
    'catch_up_window,jitter,pause_after_failures}';
  v_declared jsonb;
  v schedules;
  v_bad text;
  v_message text;
  v_hint text;
begin
  if p_application is null or length(p_application) not between 1 and 200 or p_application ~ '[[:cntrl:]]' then
    raise exception using errcode = 'OP004', message = format('%s is no name of an application', coalesce('"' || left(p_application, 200) || '"', 'null')),
      hint = 'It has 1 to 200 characters, and no control characters.';
  end if;
  if jsonb_typeof(p_schedules) is distinct from 'array' or jsonb_array_length(p_schedules) > 1000 then
    raise exception using errcode = 'OP004', message = 'an application declares an array of at most 1000 schedules',
      hint = '[{"name": "nightly-report", "operation": "Report", "cron": "30 2 * * *", "time_zone": "Europe/Berlin"}]';
  end if;
  for v_declared in select * from jsonb_array_elements(p_schedules) loop
    if jsonb_typeof(v_declared) <> 'object' or v_declared ->> 'name' is null or v_declared ->> 'operation' is null then
      raise exception using errcode = 'OP004', message = format('%s is no declaration of a schedule', left(v_declared::text, 200)),
        hint = 'It is an object with a name, an operation, and cron or every.';
    end if;
    select key into v_bad from jsonb_object_keys(v_declared) as key where key <> all (c_keys) limit 1;
    if found then
      raise exception using errcode = 'OP004', message = format('schedule "%s": "%s" is no argument', left(v_declared ->> 'name', 200), left(v_bad, 200)),
        hint = format('Arguments are %s.', array_to_string(c_keys, ', '));
    end if;
    begin
      v := declared_schedule(v_declared);
      if v.cron is not null then
        perform parse_cron(v.cron);
      end if;
      perform check_schedule(v);
    exception
      when others then
        get stacked diagnostics v_message = message_text, v_hint = pg_exception_hint;
        raise exception using errcode = 'OP004', message = format('schedule "%s": %s', left(v_declared ->> 'name', 200), v_message), hint = v_hint;
    end;
  end loop;
  select d ->> 'name' into v_bad from jsonb_array_elements(p_schedules) as d group by 1 having count(*) > 1 limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('schedule "%s" is declared twice', v_bad), hint = 'Give each schedule a name of its own.';
  end if;
end
$$;
comment on function check_schedules(text, jsonb) is
  'Refuses declarations that cannot be schedules, with the schedule and the argument at fault (SQLSTATE OP004).';

-- Locks: an advisory lock of the application; the worker's own row.
create or replace function declare_schedules(p_worker_id bigint, p_application text, p_schedules jsonb) returns bigint
  language plpgsql
  set search_path from current
  set lock_timeout = '5s'
  set jit = off
  set timezone = 'UTC'
  set datestyle = 'ISO'
as $$
declare
  v_sorted jsonb;
  v_digest text;
  v_id bigint;
begin
  perform check_schedules(p_application, p_schedules);
  v_sorted := coalesce((select jsonb_agg(d order by d ->> 'name' collate "C") from jsonb_array_elements(p_schedules) as d), '[]');
  v_digest := encode(sha256(convert_to(v_sorted::text, 'UTF8')), 'hex');
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/schedules/' || p_application, 0));
  select id into v_id from schedule_sets where application = p_application and digest = v_digest;
  -- An application that never had a schedule needs no set of none.
  if not found and (v_sorted <> '[]' or exists (select from schedule_sets where application = p_application)) then
    insert into schedule_sets (application, digest, declared) values (p_application, v_digest, v_sorted) returning id into v_id;
    delete from schedule_sets s
     where s.application = p_application and not s.current and s.id < v_id - 100 and s.first_at < clock_now() - interval '30 days'
       and not exists (select from workers w where w.schedule_set_id = s.id);
  end if;
  update workers set schedule_set_id = v_id where id = p_worker_id and heartbeat_at + lease > clock_now();
  if not found then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  return v_id;
end
$$;
comment on function declare_schedules(bigint, text, jsonb) is
  'Says which schedules the code of a worker''s application names; settle_schedules makes it so. Returns the number of the set, null for an application '
  'that never had any. SELECT backops.declare_schedules(w, ''shop'', ''[{"name": "sync", "operation": "Sync", "every": "90 seconds"}]'')';
