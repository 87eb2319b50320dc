create or replace function write_audit(p_action text, p_operation_ids bigint[], p_reason text, p_details jsonb default '{}') returns void
  language sql
  set search_path from current
as $$
  insert into audit_log (action, operation_ids, reason, details)
    values (p_action, coalesce(p_operation_ids, '{}'), left(p_reason, 2000), jsonb_strip_nulls(coalesce(p_details, '{}')))
$$;
comment on function write_audit(text, bigint[], text, jsonb) is 'Writes down who did what to which operations, and why.';
