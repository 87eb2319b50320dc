-- Locks: the row of the limit.
create or replace function set_limit(name text, maximum integer, reason text default null) returns limits
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_limit limits;
begin
  perform check_limit_name('limit', name);
  if maximum not between 0 and 1000000 then
    raise exception using errcode = 'OP004', message = format('the limit "%s" cannot have the maximum %s', name, maximum),
      hint = 'It is 0 to 1000000; 0 lets nothing start, and null is no limit.';
  end if;
  insert into limits as l (name, own, set_by, set_at, reason)
    values (set_limit.name, set_limit.maximum, session_user, clock_now(), left(set_limit.reason, 2000))
    on conflict on constraint limits_pkey do update set own = excluded.own, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
  returning * into v_limit;
  perform write_audit('set_limit', '{}', reason, jsonb_build_object('limit', name, 'maximum', coalesce(maximum::text, 'none')));
  perform offer_gates(array['/' || name]);
  return v_limit;
end
$$;
comment on function set_limit(text, integer, text) is
  'Sets how many may run at once under a limit, whatever plans say: at once for what waits, and without stopping what runs. null is no limit, 0 lets nothing '
  'start. SELECT * FROM backops.set_limit(''stripe'', 5, ''they ask us to go slowly'')';

-- Locks: the row of the limit.
create or replace function reset_limit(name text, reason text default null) returns limits
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_limit limits;
begin
  select * into v_limit from limits l where l.name = reset_limit.name for update;
  if not found then
    perform refuse_unknown_limit('limit', name);
  end if;
  if v_limit.declared is null then
    raise exception using errcode = 'OP003', message = format('no plan says how many may run at once under the limit "%s"', name),
      hint = 'set_limit(name, null) makes it no limit.';
  end if;
  update limits l set own = null, set_by = null, set_at = null, reason = null where l.name = reset_limit.name returning * into v_limit;
  perform write_audit('reset_limit', '{}', reason, jsonb_build_object('limit', name, 'maximum', v_limit.maximum));
  perform offer_gates(array['/' || name]);
  return v_limit;
end
$$;
comment on function reset_limit(text, text) is 'Lets the number of the plan hold again, instead of that of set_limit.';
