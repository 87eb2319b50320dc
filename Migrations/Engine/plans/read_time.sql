-- A cast alone would take the same text for another time in a session with another TimeZone or DateStyle, and the enqueuer of an
-- operation, its workers and those who steer it are different sessions. With the year first and an offset no setting matters.
-- No function here has a backslash in a plain literal: what it means depends on standard_conforming_strings.
create or replace function read_time(p_text text) returns timestamptz
  language plpgsql immutable strict
  set search_path from current
as $$
declare
  v_parts text[] := regexp_match(
    p_text, '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?([Zz]|[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?)?)?$'
  );
begin
  if v_parts is null then
    return null;
  end if;
  return format(
    '%s %s:%s%s%s', v_parts[1], coalesce(v_parts[2], '00:00'), coalesce(v_parts[3], '00'), '.' || left(v_parts[4], 6), coalesce(v_parts[5], 'Z')
  )::timestamptz;
exception when data_exception then
  return null;
end
$$;
comment on function read_time(text) is
  'The time that a text in ISO 8601 means, the same in every session: 2027-01-01T08:00:00Z, 2027-01-01 08:00+02, 2027-01-01. Without an offset '
  'it is in UTC. Null for everything else, such as "tomorrow" or 01/04/2027.';
