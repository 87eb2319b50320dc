-- Locks: the row of the rate.
create or replace function set_rate(name text, count integer, per interval default '1 second', burst integer default 1, reason text default null) returns rates
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_rate rates;
  v_per double precision := extract(epoch from elapsed(per));
begin
  perform check_limit_name('rate', name);
  if count is not null and (count between 1 and 1000000 and burst between 1 and 1000000 and v_per between 0.001 and 31536000) is not true then
    raise exception using errcode = 'OP004',
      message = format('the rate "%s" cannot be %s per %s with a burst of %s', name, count, coalesce(per::text, 'null'), coalesce(burst::text, 'null')),
      hint = 'count and burst are 1 to 1000000, per is a millisecond to a year; a count of null is no rate.';
  end if;
  insert into rates as r (name, own_count, own_per, own_burst, set_by, set_at, reason)
    values (set_rate.name, set_rate.count, case when set_rate.count is not null then v_per end, case when set_rate.count is not null then set_rate.burst end,
            session_user, clock_now(), left(set_rate.reason, 2000))
    on conflict on constraint rates_pkey do update
      set own_count = excluded.own_count, own_per = excluded.own_per, own_burst = excluded.own_burst, set_by = excluded.set_by, set_at = excluded.set_at,
          reason = excluded.reason, version = r.version + 1
  returning * into v_rate;
  perform write_audit('set_rate', '{}', reason, jsonb_build_object('rate', name, 'count', coalesce(count::text, 'any'), 'per', v_rate.per, 'burst', v_rate.burst));
  perform offer_gates(array[rate_gate(name)]);
  return v_rate;
end
$$;
comment on function set_rate(text, integer, interval, integer, text) is
  'Sets how many actions may start in a time under a rate, whatever plans say, within two seconds; null is any number. '
  'SELECT * FROM backops.set_rate(''stripe'', 50, ''1 second'', burst => 10, reason => ''they ask us to go slowly'')';

-- Locks: the row of the rate.
create or replace function reset_rate(name text, reason text default null) returns rates
  language plpgsql
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_rate rates;
begin
  select * into v_rate from rates r where r.name = reset_rate.name for update;
  if not found then
    perform refuse_unknown_limit('rate', name);
  end if;
  if v_rate.declared_count is null then
    raise exception using errcode = 'OP003', message = format('no plan says how many may start under the rate "%s"', name),
      hint = 'set_rate(name, null) makes it no rate.';
  end if;
  update rates r
     set own_count = null, own_per = null, own_burst = null, set_by = null, set_at = null, reason = null, version = r.version + 1
   where r.name = reset_rate.name
  returning * into v_rate;
  perform write_audit('reset_rate', '{}', reason, jsonb_build_object('rate', name, 'count', v_rate.count, 'per', v_rate.per, 'burst', v_rate.burst));
  perform offer_gates(array[rate_gate(name)]);
  return v_rate;
end
$$;
comment on function reset_rate(text, text) is 'Lets the numbers of the plan hold again, instead of those of set_rate.';
