create or replace function explain_approval(p_approval approvals, p_step actions, p_run_at timestamptz) returns setof explanation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
declare
  v_schema text := quote_ident(current_schema());
  v_asks boolean := nobody_decides(p_approval.role);
  r explanation;
begin
  r.reason := 'waiting';
  r.detail := concat_ws('; ',
    format('%s/%s %s', p_step.branch, p_step.name, describe_wait(p_step.wait, p_approval.asked_at, p_approval.deadline)),
    p_approval.question,
    case when p_approval.reminded_at is not null then format('it has reminded at %s', p_approval.reminded_at)
         when p_run_at <= statement_now() then 'a reminder is due, which workers send with their next claim' end,
    case when p_approval.role is not null and not v_asks then who_decides(p_approval.role) end
  );
  r.advice := format(
    'SELECT * FROM %1$s.decide(%2$s, %3$L, ''approved''%4$s) ends it, or ''rejected''; SELECT * FROM %1$s.extend(%2$s, %3$L, now() + interval ''1 day'') gives it more time.',
    v_schema, p_approval.operation_id, p_approval.name,
    case when p_approval.role is not null and not exists (select from pg_roles where rolname = p_approval.role) then ', decided_by => ''…''' else '' end
  );
  r.since := p_approval.asked_at;
  r.until := p_approval.deadline;
  return next r;
  if v_asks then
    r.reason := 'nobody_decides';
    r.detail := format('"%s" is neither a database role nor in approvers: nobody can decide', p_approval.role);
    r.advice := format(
      'INSERT INTO %1$s.approvers (role, member) VALUES (%2$L, ''…'') lets somebody; SELECT %1$s.skip(%3$s) leaves it out.',
      v_schema, p_approval.role, p_approval.operation_id
    );
    return next r;
  end if;
end
$$;
comment on function explain_approval(approvals, actions, timestamptz) is 'The part of explain() about an operation that waits for an approval.';
