create or replace function stamp_failure() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  -- What a dump brings back, before its operation, says itself whether it counts: what was retried since does not.
  if not current_setting('check_function_bodies')::boolean and not exists (select from operations where id = new.operation_id) then
    return new;
  end if;
  new.fingerprint := failure_fingerprint(new);
  return new;
end
$$;
comment on function stamp_failure() is 'Gives the attempt that an operation fails by the fingerprint of its error.';
