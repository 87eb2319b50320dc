-- Every claim looks whether waits are over, and who has come to a limit, so a look must cost next to nothing, also while a long snapshot
-- keeps the dead versions of all that was looked at since it was taken. So a session goes through all of it every five seconds, and in
-- between through what is due since the last seconds alone: what was due before then the last long look has seen, unless its transaction
-- took two seconds to commit.
create or replace function look_from(p_what text, p_now timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
declare
  v_parts text[] := regexp_match(current_setting('backops.' || p_what || '_seen', true), '^([0-9.]+) (.*)$');
  v_seen timestamptz := to_timestamp(v_parts[1]::double precision);
begin
  return case
    when v_parts[2] = current_schema() and v_seen between p_now - interval '5 seconds' and p_now then v_seen - interval '2 seconds'
    else '-infinity'
  end;
end
$$;
comment on function look_from(text, timestamptz) is
  'From which time of what is due a look at the waits, or at the limits, has to begin: -infinity every five seconds of a session.';

create or replace function note_look(p_what text, p_now timestamptz) returns void
  language plpgsql
  set search_path from current
as $$
begin
  perform set_config('backops.' || p_what || '_seen', extract(epoch from p_now) || ' ' || current_schema(), false);
end
$$;
comment on function note_look(text, timestamptz) is 'Notes in the session that it has looked at all that was due.';
