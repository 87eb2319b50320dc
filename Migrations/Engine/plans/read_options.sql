-- Refuses what it does not know, so that a misspelt option is an error at the enqueue and not a surprise at night.
create or replace function read_options(p_place text, p_options jsonb) returns definition_actions
  language plpgsql stable
  set search_path from current
as $$
declare
  v definition_actions;
  v_unknown text;
  v_backoff jsonb := p_options -> 'backoff';
begin
  v.wait := read_wait(p_place, p_options);
  if v.wait is not null then
    v.max_attempts := 1;
    return v;
  end if;

  select string_agg(format('"%s"', key), ', ') into v_unknown
    from jsonb_object_keys(p_options) as key
   where key not in ('perform_at', 'perform_in', 'perform_at_global', 'max_attempts', 'backoff', 'timeout', 'queue', 'limit', 'rate', 'may_jump');
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s has an unknown option: %s', p_place, v_unknown),
      hint = 'Options are perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, limit, rate and may_jump; a step that waits has sleep, '
             'sleep_until or wait_for instead, and one that asks approval.';
  end if;

  begin
    v.perform_at := read_time(p_options ->> 'perform_at');
    if v.perform_at is null and p_options ->> 'perform_at' is not null then
      raise invalid_datetime_format using message = format('perform_at is %s', left((p_options -> 'perform_at')::text, 100));
    end if;
    v.perform_in := case jsonb_typeof(p_options -> 'perform_in')
      when 'number' then make_interval(secs => (p_options ->> 'perform_in')::double precision)
      else elapsed((p_options ->> 'perform_in')::interval)
    end;
    v.perform_at_global := p_options ->> 'perform_at_global';
    v.max_attempts := coalesce((p_options ->> 'max_attempts')::integer, 25);
    v.timeout := case jsonb_typeof(p_options -> 'timeout')
      when 'number' then make_interval(secs => (p_options ->> 'timeout')::double precision)
      else elapsed((p_options ->> 'timeout')::interval)
    end;
    v.queue := p_options ->> 'queue';
    v.backoff := nullif(v_backoff, 'null');
    if p_options -> 'rate' <> 'null' then
      v.limits := jsonb_build_object('rate', read_rate(p_place, p_options -> 'rate'));
    end if;
    if p_options -> 'limit' <> 'null' then
      v.limits := coalesce(v.limits, '{}') || jsonb_build_object('action', read_limit(p_place, p_options -> 'limit', false));
    end if;
    if v.backoff is not null then
      perform (v_backoff ->> 'base')::double precision, (v_backoff ->> 'factor')::double precision,
              (v_backoff ->> 'max')::double precision, (v_backoff ->> 'jitter')::double precision;
    end if;
  exception when data_exception then
    raise exception using errcode = 'OP004', message = format('%s has an option that cannot be read: %s', p_place, sqlerrm),
      hint = 'perform_at is a time such as "2027-01-01T08:00:00Z", in UTC where it has no offset; perform_in and timeout are seconds or an interval '
             'such as "2 days".';
  end;

  if v.max_attempts not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('%s: max_attempts is %s, not 1 to 1000', p_place, v.max_attempts);
  end if;
  if not isfinite(v.perform_at) then
    raise exception using errcode = 'OP004', message = format('%s: perform_at must be a finite time', p_place);
  end if;
  if v.timeout <= interval '0' or v.perform_in < interval '0' then
    raise exception using errcode = 'OP004', message = format('%s: timeout and perform_in must not be negative or zero', p_place);
  end if;
  if v.queue is not null then
    perform check_queue_name(v.queue, p_place || ': ');
  end if;
  if v.backoff is not null and (
    jsonb_typeof(v_backoff) <> 'object'
    or exists (select from jsonb_object_keys(v_backoff) as key where key not in ('kind', 'base', 'factor', 'max', 'jitter'))
    or coalesce(v_backoff ->> 'kind', 'exponential') not in ('exponential', 'constant')
    or (v_backoff ->> 'base')::double precision not between 0 and 31536000
    or (v_backoff ->> 'factor')::double precision not between 1 and 1000
    or (v_backoff ->> 'max')::double precision not between 0.001 and 31536000
    or (v_backoff ->> 'jitter')::double precision not between 0 and 1
  ) then
    raise exception using errcode = 'OP004', message = format('%s has a backoff that cannot be used: %s', p_place, v_backoff),
      hint = '{"kind": "exponential" or "constant", "base": seconds, "factor": 1 or more, "max": seconds, "jitter": 0 to 1}';
  end if;
  return v;
end
$$;
comment on function read_options(text, jsonb) is 'The options of one action, or of one wait, as columns; refuses what it does not know (SQLSTATE OP004).';
