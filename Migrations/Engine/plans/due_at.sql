create or replace function due_at(
  p_perform_at timestamptz, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamptz
) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_global jsonb := p_globals -> p_perform_at_global;
  v_time timestamptz;
begin
  if v_global <> 'null' then
    v_time := read_time(v_global #>> '{}');
    if v_time is null or jsonb_typeof(v_global) <> 'string' then
      return 'infinity';
    end if;
  end if;
  return greatest(p_perform_at, p_now + p_perform_in, v_time, p_now);
end
$$;
comment on function due_at(timestamptz, interval, text, jsonb, timestamptz) is
  'When an action that the operation reaches at p_now may start; infinity where the global that it names is not a time.';
