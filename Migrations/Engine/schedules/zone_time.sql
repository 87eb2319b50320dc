create or replace function zone_time(p_at timestamptz, p_zone text) returns timestamp
  language plpgsql stable
  set search_path from current
as $$
begin
  return p_at at time zone p_zone;
exception
  when invalid_parameter_value then
    return null;
end
$$;
comment on function zone_time(timestamptz, text) is
  'What the clock of a zone shows; null where the server does not know the zone any more, so that one such schedule does not hide all others.';
