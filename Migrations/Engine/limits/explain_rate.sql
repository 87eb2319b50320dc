create or replace function explain_rate(p_job jobs, p_step actions) returns setof explanation
  language plpgsql stable
  set search_path from current
  set intervalstyle = 'postgres'
  set jit = off
as $$
declare
  v_now timestamptz := statement_now();
  v_schema text := quote_ident(current_schema());
  v_gate rate_gates;
  v_rate rates;
  v_ahead bigint;
  r explanation;
begin
  select * into v_gate from rate_gates where gate = p_job.gate;
  select * into v_rate from rates where name = v_gate.name;
  select count(*) into v_ahead
    from (
      select from jobs j where j.gate = p_job.gate and j.ticket is not null and (j.priority, j.ticket) < (p_job.priority, p_job.ticket) limit 1000
    ) as ahead;
  r.reason := 'rate';
  r.detail := format(
    '%s waits for a start under the rate "%s", %s%s: number %s%s in line',
    p_step.branch || '/' || p_step.name, rate_of_gate(p_job.gate),
    case when v_rate.count is null then 'any number' else format('%s per %s', v_rate.count, justify_interval(make_interval(secs => v_rate.per))) end,
    case when v_gate.closed_until > v_now then format(', closed until %s', v_gate.closed_until) else '' end,
    v_ahead + 1, case when v_ahead = 1000 then ' or more' else '' end
  );
  r.advice := case
    when v_gate.closed_until > v_now then format('SELECT %s.close_rate(%L, null%s) opens it.', v_schema, v_gate.name,
                                                 case when p_job.gate <> rate_gate(v_gate.name) then ', ' || quote_literal(substr(rate_of_gate(p_job.gate), length(v_gate.name) + 2)) else '' end)
    else format('SELECT %s.set_rate(%L, N) lets more start.', v_schema, v_gate.name)
  end;
  r.since := p_job.came_at;
  r.until := greatest(
    v_now, v_gate.closed_until,
    greatest(v_gate.closed_until, rate_base(v_gate.used_until, v_gate.version = v_rate.version, v_rate.gap, v_now)) - v_rate.tolerance + v_ahead * v_rate.gap
  );
  return next r;
end
$$;
comment on function explain_rate(jobs, actions) is
  'The part of explain() about an operation that waits for a start; until is about when, if those before it weigh one each.';
