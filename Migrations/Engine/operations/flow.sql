create or replace function flow(id bigint) returns setof text
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_operation record;
  v_branch record;
  v_action record;
  v_line text;
  v_piece text;
  v_width integer;
begin
  select s.name, s.status, s.run_at, s.queue, coalesce(s.key, s.active_key || ' (' || s.key_mode || ')') as key, s.worker, s.note, s.error_type, s.error_message into v_operation
    from operation_status s where s.id = flow.id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', flow.id);
  end if;
  return next concat_ws('   ', format('%s #%s', v_operation.name, flow.id),
    concat_ws(' ', v_operation.status, 'on ' || v_operation.worker, case when v_operation.status in ('scheduled', 'retrying', 'waiting') then 'until ' || date_trunc('second', v_operation.run_at) end),
    'queue ' || v_operation.queue, 'key ' || v_operation.key);
  select max(length(branch)) into v_width from actions where operation_id = flow.id;
  for v_branch in
    select branch, row_number() over (order by min(position)) as n from actions where operation_id = flow.id group by branch order by min(position)
  loop
    v_line := ' ' || rpad(v_branch.branch, v_width + 1);
    for v_action in select * from action_status s where s.operation_id = flow.id and s.branch = v_branch.branch order by s.position loop
      v_piece := case v_action.status
          when 'completed' then '✓' when 'running' then '●' when 'retrying' then '↻' when 'scheduled' then '◷' when 'waiting' then '◇' when 'ready' then '◎'
          when 'failed' then '✗' when 'cancelled' then '⊘' when 'skipped' then '–' else '○'
        end || ' ' || v_action.name
        || case when v_action.run > 1 then ' run ' || v_action.run else '' end
        || case when v_action.attempts_count > 1 or v_action.status in ('running', 'retrying', 'failed')
             then format(' ×%s', v_action.attempts_count) else '' end
        || case when v_action.status in ('open', 'scheduled') and v_action.perform_at is not null
             then ' ' || to_char(v_action.perform_at, 'YYYY-MM-DD HH24:MI') else '' end
        || case when v_action.wait is not null then ' ' || wait_piece(v_action.wait, v_action.wait_outcome, coalesce(v_action.signal, 'by ' || v_action.decided_by)) else '' end;
      if length(v_line) + length(v_piece) > 110 then
        return next v_line || ' →';
        v_line := rpad('', v_width + 4);
      elsif right(v_line, 1) <> ' ' then
        v_line := v_line || ' → ';
      end if;
      v_line := v_line || v_piece;
    end loop;
    return next v_line;
  end loop;
  for v_action in
    select branch || '/' || (entry ->> 0) as place, string_agg(target, ', ') as targets
      from operations o
     cross join json_each(coalesce(o.branches, (select d.branches from definitions d where d.name = o.name and d.current))) as b (branch, entries)
     cross join json_array_elements(case json_typeof(b.entries) when 'array' then b.entries else '[]' end) as entry
     cross join json_array_elements_text(entry -> 1 -> 'may_jump') as target
     where o.id = flow.id and json_typeof(entry) = 'array'
     group by 1
     order by 1
  loop
    return next format(' %s may jump to %s', v_action.place, v_action.targets);
  end loop;
  if v_operation.error_type is not null then
    return next format(' last error: %s: %s', v_operation.error_type, left(v_operation.error_message, 500));
  end if;
  if v_operation.note is not null then
    return next ' ' || v_operation.note;
  end if;
  return next ' ✓ completed  ● running  ↻ retrying  ◷ scheduled  ◇ waiting  ◎ ready  ✗ failed  ⊘ cancelled  – skipped  ○ open  ×attempts';
end
$$;
comment on function flow(bigint) is
  'Draws an operation for psql: a line per branch with the outcome of every action, where it may jump, the last error. '
  '\t \pset format unaligned, then SELECT backops.flow(48213)';
