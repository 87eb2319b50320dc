create or replace function wake_schedulers(p_due_at timestamptz) returns void
  language plpgsql
  set search_path from current
as $$
begin
  -- Workers look a few times a minute anyway: a NOTIFY, which takes a lock at commit that the whole server shares, is sent for what is
  -- due before.
  if p_due_at < clock_now() + interval '30 seconds' then
    perform pg_notify(current_schema() || '_schedules', '');
  end if;
end
$$;
comment on function wake_schedulers(timestamptz) is
  'Lets workers that listen on the channel of schedules look at once, when one is due within half a minute that was not before.';
