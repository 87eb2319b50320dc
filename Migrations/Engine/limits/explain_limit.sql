create or replace function explain_limit(p_job jobs, p_step actions) returns setof explanation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
declare
  v_schema text := quote_ident(current_schema());
  v_gate limit_gates;
  v_maximum integer;
  v_ahead bigint;
  v_holders text;
  r explanation;
begin
  if p_job.ticket is null then
    r.reason := 'limit';
    r.detail := format('%s has come to a limit, and the next claim of any worker says whether it may start', p_step.branch || '/' || p_step.name);
    r.advice := case
      when not exists (select from workers w where not w.stopping and w.heartbeat_at + w.lease > statement_now()) then 'No worker is alive: start one, any one does.'
    end;
    r.since := p_job.run_at;
    return next r;
    return;
  end if;
  if is_rate_gate(p_job.gate) then
    return query select e.* from explain_rate(p_job, p_step) as e;
    return;
  end if;
  select * into v_gate from limit_gates where gate = p_job.gate;
  select maximum into v_maximum from limits where name = v_gate.name;
  select count(*) into v_ahead
    from (
      select from jobs j where j.gate = p_job.gate and j.ticket is not null and (j.priority, j.ticket) < (p_job.priority, p_job.ticket) limit 1000
    ) as ahead;
  select string_agg(id::text, ', ' order by id) || case when count(*) = 10 then ' …' else '' end into v_holders
    from (
      (select operation_id as id from jobs where operation_slot = p_job.gate limit 10)
      union
      (select operation_id from jobs where action_slot = p_job.gate limit 10)
      limit 10
    ) as h;
  r.reason := 'limit';
  r.detail := format(
    '%s waits for a slot of the limit "%s": number %s%s in line, %s of %s held%s',
    p_step.branch || '/' || p_step.name, p_job.gate, v_ahead + 1, case when v_ahead = 1000 then ' or more' else '' end,
    coalesce(v_gate.holding, 0), coalesce(v_maximum::text, 'any number'), coalesce(' by operations ' || v_holders, '')
  );
  r.advice := case
    when v_maximum = 0 then format('The limit was set to 0 by hand: SELECT %1$s.reset_limit(%2$L), or SELECT %1$s.set_limit(%2$L, N).', v_schema, v_gate.name)
    when coalesce(v_gate.holding, 0) < coalesce(v_maximum, 2147483647) then 'A slot is free: the next claim of any worker gives it away.'
    else format('It goes on when they have ended; SELECT %s.set_limit(%L, %s) lets more run at once.', v_schema, v_gate.name, v_maximum + 1)
  end;
  r.since := p_job.came_at;
  return next r;
end
$$;
comment on function explain_limit(jobs, actions) is 'The part of explain() about an operation that waits for a slot.';
