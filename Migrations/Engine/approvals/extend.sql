-- Locks: as open_approval.
create or replace function extend(
  id bigint, name text, until timestamptz, reason text default null, extended_by text default null, approval bigint default null
) returns approvals
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_bitmapscan = off
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_approval approvals;
  v_until timestamptz;
begin
  if isfinite(until) is not true then
    raise exception using errcode = 'OP004', message = 'extend must be told a finite time', hint = 'now() + interval ''2 days'', for example.';
  end if;
  v_approval := open_approval(extend.id, name, coalesce(extended_by, session_user::text), 'extend', approval);
  if until <= clock_now() then
    raise exception using errcode = 'OP004', message = format('an approval cannot be extended until %s, which has passed', until),
      hint = 'Give a time to come; decide ends it, and reschedule lets it lapse.';
  end if;
  v_until := v_approval.deadline;
  update jobs j set run_at = move_deadline(extend.id, until) where j.operation_id = extend.id;
  select * into strict v_approval from approvals a where a.id = v_approval.id;
  perform write_audit('extend', array[extend.id], reason, jsonb_build_object(
    'name', v_approval.name, 'role', v_approval.role, 'until', until, 'before', v_until, 'by', coalesce(extended_by, session_user::text)
  ));
  return v_approval;
end
$$;
comment on function extend(bigint, text, timestamptz, text, text, bigint) is
  'Moves the deadline of an approval that is pending, and returns the row of approvals; who may decide it may, and so may operators. One without a deadline gets '
  'it. SELECT * FROM backops.extend(48213, ''refund'', now() + interval ''2 days'', ''ann is ill'')';

create or replace function extend(
  operation text, key text, name text, until timestamptz, reason text default null, extended_by text default null, approval bigint default null
) returns approvals
  language sql
  set search_path from current
as $$
  select extend(keyed_operation(operation, key), name, until, reason, extended_by, approval)
$$;
comment on function extend(text, text, text, timestamptz, text, text, bigint) is
  'Moves the deadline of an approval that the operation of that name and key asks for, the last one where several had it.';
