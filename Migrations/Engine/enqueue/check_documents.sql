create or replace function check_documents(p_name text, p_globals jsonb[], p_keys text[], p_times timestamptz[], p_branches json) returns void
  language plpgsql stable
  set search_path from current
as $$
declare
  v_time_global text;
  v record;
begin
  if p_branches is not null then
    select perform_at_global into v_time_global from plan_rows(p_branches) where starts;
  else
    select a.perform_at_global into v_time_global
      from definitions d
      join definition_actions a on a.definition_id = d.id and a.starts
     where d.name = p_name and d.current;
  end if;
  -- What the columns refuse is refused here first, because PostgreSQL does not say which of many rows it was.
  select i.n, i.key, case
           when i.document is null then 'has no globals: null is no document'
           when jsonb_typeof(i.document) <> 'object' then format('has globals that are not a JSON object but of type %s', jsonb_typeof(i.document))
           when pg_column_size(i.document) > 1048576 then format('has globals of %s bytes, more than 1 MiB', pg_column_size(i.document))
           when i.key = '' then 'has an empty key'
           when length(i.key) > 500 or octet_length(i.key) > 1500 then
             format('has a key of %s characters (%s bytes): at most 500, and 1500 bytes', length(i.key), octet_length(i.key))
           when not isfinite(i.at) then format('has the time %s, which cannot be waited for', i.at)
           else format('has no time in the global "%s", which holds that of its first action', v_time_global)
         end as problem,
         case
           when jsonb_typeof(i.document) is distinct from 'object' then 'operations_globals_are_an_object'
           when pg_column_size(i.document) > 1048576 then 'operations_globals_are_at_most_1_mib'
           when i.key = '' or length(i.key) > 500 or octet_length(i.key) > 1500 then 'operations_key_is_short'
           when not isfinite(i.at) then 'operations_perform_at_is_finite'
         end as rule
    into v
    from unnest(p_globals, p_keys, p_times) with ordinality as i (document, key, at, n)
   where jsonb_typeof(i.document) is distinct from 'object'
      or pg_column_size(i.document) > 1048576
      or i.key = ''
      or octet_length(i.key) > 500 and (length(i.key) > 500 or octet_length(i.key) > 1500)
      or not isfinite(i.at)
      or v_time_global is not null and due_at(null, null, v_time_global, i.document, '-infinity') = 'infinity'
   order by i.n
   limit 1;
  if found then
    raise exception using errcode = case when v.rule is null then 'OP007' else 'check_violation' end, constraint = coalesce(v.rule, ''),
      message = format('operation %s of %s%s %s', v.n, cardinality(p_globals), ' (key "' || left(nullif(v.key, ''), 100) || '")', v.problem),
      hint = 'None of them was enqueued. Correct it, or leave it out, and call again.';
  end if;
end
$$;
comment on function check_documents(text, jsonb[], text[], timestamptz[], json) is
  'Refuses what enqueue_many cannot enqueue, and says which of the documents it is. SQLSTATE and constraint are those of an INSERT of that one.';
