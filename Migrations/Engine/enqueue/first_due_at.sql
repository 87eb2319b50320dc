create or replace function first_due_at(
  p_operation timestamptz, p_perform_at timestamptz, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamptz,
  p_place text default ''
) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_time timestamptz := greatest(p_operation, due_at(p_perform_at, p_perform_in, p_perform_at_global, p_globals, p_now));
begin
  if v_time = 'infinity' then
    raise exception using errcode = 'OP007',
      message = p_place || format('the global "%s", which holds the time of the first action, is not a time', p_perform_at_global),
      hint = 'Write it as text in ISO 8601, such as "2027-01-01T08:00:00Z"; without an offset it is in UTC.';
  end if;
  return v_time;
end
$$;
comment on function first_due_at(timestamptz, timestamptz, interval, text, jsonb, timestamptz, text) is
  'When an operation may start whose first action has a time of its own; refuses a global that is not a time (SQLSTATE OP007), and begins the '
  'message with p_place.';
