-- Locks: nothing that is contended; the rows are new.
create or replace function store_logs(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_lines jsonb[]) returns integer
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_rows integer;
  v_secret boolean := exists (select from secret_keys);
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_lines));
  if exists (select from unnest(p_lines) as lines where jsonb_typeof(lines) is distinct from 'array') then
    raise exception using errcode = 'OP004', message = 'the lines of an attempt are a JSON array',
      hint = 'Give [{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "…", "metadata": {…}}, …] for each.';
  end if;
  insert into attempt_logs (operation_id, claim_id, number, position, run, attempt, logged_at, level, message, metadata)
    select i.operation_id, i.claim_id, l.number, a.position, a.run, a.attempt, l.at, l.level,
           left(case when v_secret then concealed(i.operation_id, l.message) else l.message end, 8192),
           coalesce(case when v_secret then concealed(i.operation_id, l.metadata::text)::jsonb else l.metadata end, '{}')
      from unnest(p_operation_ids, p_claim_ids, p_lines) as i (operation_id, claim_id, lines)
     cross join lateral (
       -- Held still, or ended under this claim: a line that comes late belongs to it as well.
       select j.position, a.run, a.earlier_attempts + j.attempt as attempt
         from jobs j
         join actions a on a.operation_id = j.operation_id and a.position = j.position
        where j.operation_id = i.operation_id and j.claim_id = i.claim_id and j.worker_id = p_worker_id
       union all
       select t.position, t.run, t.attempt
         from attempts t
        where t.operation_id = i.operation_id and t.claim_id = i.claim_id and t.worker_id = p_worker_id
       union all
       select a.position, a.run, a.earlier_attempts + a.attempts_count from actions a where a.operation_id = i.operation_id and a.completed_claim_id = i.claim_id
       limit 1
     ) as a
     cross join lateral jsonb_to_recordset(i.lines) as l (number integer, at timestamptz, level text, message text, metadata jsonb)
     where l.number between 1 and 1000
    on conflict do nothing;
  get diagnostics v_rows = row_count;
  return v_rows;
exception
  when invalid_text_representation or invalid_parameter_value or invalid_datetime_format or datetime_field_overflow
    or numeric_value_out_of_range or not_null_violation or check_violation then
    raise exception using errcode = 'OP004', message = 'the lines of an attempt cannot be read: ' || sqlerrm,
      hint = 'Give [{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "…", "metadata": {…}}, …] for each.';
end
$$;
comment on function store_logs(bigint, bigint[], bigint[], jsonb[]) is
  'Stores what attempts logged, at most 1000 lines of each, in attempt_logs; call it together with their outcomes, before or after. Lines of a '
  'claim that is not this worker''s are left out, and those that are stored already. Returns how many were stored.';
