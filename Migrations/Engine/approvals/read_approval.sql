-- An approval is a wait that people end. read_wait has looked at the names of its options.
create or replace function read_approval(p_place text, p_options jsonb) returns jsonb
  language plpgsql stable
  set search_path from current
as $$
declare
  v_given jsonb := jsonb_strip_nulls(p_options);
  v_within double precision := read_seconds(v_given -> 'within');
  v_remind jsonb := v_given -> 'remind';
  v_after double precision := read_seconds(v_remind -> 'after');
  v_choice text;
begin
  if jsonb_typeof(v_given -> 'approval') is distinct from 'string' or not is_plain_name(v_given ->> 'approval') then
    raise exception using errcode = 'OP004', message = format('%s: approval must name what is approved', p_place), detail = left((p_options -> 'approval')::text, 200),
      hint = 'Write {"approval": "refund"}: a name of 1 to 200 characters, without "/" and control characters.';
  end if;
  -- Also where it is null: what makes the plan may have had no value for it, and then everybody could decide.
  if p_options ? 'role' and (jsonb_typeof(p_options -> 'role') <> 'string' or not is_approver_name(p_options ->> 'role')) then
    raise exception using errcode = 'OP004', message = format('%s: role must name who decides', p_place), detail = left((p_options -> 'role')::text, 200),
      hint = 'It is a database role, or a role of the table approvers: 1 to 200 characters, without control characters.';
  end if;
  if v_given ? 'question' and (jsonb_typeof(v_given -> 'question') <> 'string' or length(v_given ->> 'question') not between 1 and 2000) then
    raise exception using errcode = 'OP004', message = format('%s: question must be text of 1 to 2000 characters', p_place),
      hint = 'It may name globals: "Refund order {order}?".';
  end if;
  if v_given ? 'within' and (v_within is null or v_within not between 0 and 3155760000) then
    raise exception using errcode = 'OP004', message = format('%s: within is %s', p_place, left((p_options -> 'within')::text, 100)),
      hint = 'Give seconds, or an interval such as "2 days": 100 years at the most.';
  end if;
  foreach v_choice in array '{else,rejected}'::text[] loop
    if v_given ? v_choice and not is_wait_choice(v_given -> v_choice) then
      raise exception using errcode = 'OP004', message = format('%s: %s is %s', p_place, v_choice, left((p_options -> v_choice)::text, 100)),
        hint = format('%s is "fail", "go_on" or {"branch": "escalate"}.', v_choice);
    end if;
  end loop;
  if v_given ? 'else' and not v_given ? 'within' then
    raise exception using errcode = 'OP004', message = format('%s has else, but no within', p_place),
      hint = 'else says what comes when nobody has decided within a time; "rejected" says what a rejection does.';
  end if;
  if v_given ? 'as' and (jsonb_typeof(v_given -> 'as') <> 'string' or not is_global_key(v_given ->> 'as')) then
    raise exception using errcode = 'OP004', message = format('%s: as must name the global that takes the decision', p_place);
  end if;
  if v_given ? 'remind' and (
    jsonb_typeof(v_remind) <> 'object' or v_remind - '{after,operation}'::text[] <> '{}'
    or (v_after between 1 and 3155760000) is not true
    or (jsonb_typeof(v_remind -> 'operation') = 'string' and is_plain_name(v_remind ->> 'operation')) is not true
  ) then
    raise exception using errcode = 'OP004', message = format('%s: remind is %s', p_place, left((p_options -> 'remind')::text, 200)),
      hint = 'Write {"after": "24 hours", "operation": "RemindApprovers"}: a second at the least, and the name of the operation to enqueue.';
  end if;
  if v_after >= v_within then
    raise exception using errcode = 'OP004', message = format('%s would remind when it is over: after %s of %s seconds', p_place, v_after, v_within),
      hint = 'Let remind come before the time of within.';
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'approval', v_given -> 'approval', 'role', v_given -> 'role', 'question', v_given -> 'question', 'timeout', v_within,
    'on_timeout', case when v_within is not null then coalesce(v_given -> 'else', '"fail"') end,
    'on_rejected', coalesce(v_given -> 'rejected', v_given -> 'else', '"fail"'),
    'as', v_given -> 'as',
    'remind', case when v_remind is not null then jsonb_build_object('after', v_after, 'operation', v_remind -> 'operation') end
  ));
end
$$;
comment on function read_approval(text, jsonb) is
  'What a step asks for, of its options approval, role, question, within, else, rejected, as and remind. Refuses what it does not know (SQLSTATE OP004).';

create or replace function is_approver_name(p_name text) returns boolean
  language sql immutable
  return p_name ~ '^[^[:cntrl:]]+$' and length(p_name) <= 200;
comment on function is_approver_name(text) is 'Whether a text can name an approver, or a role of approvers: 1 to 200 characters, without control characters.';

create or replace function is_wait_choice(p_choice jsonb) returns boolean
  language sql immutable
  return p_choice in ('"fail"', '"go_on"')
    or jsonb_typeof(p_choice) = 'object' and coalesce(jsonb_typeof(p_choice -> 'branch') = 'string', false) and p_choice - 'branch' = '{}';
comment on function is_wait_choice(jsonb) is 'Whether a document says where a wait leads: "fail", "go_on" or {"branch": name}.';
