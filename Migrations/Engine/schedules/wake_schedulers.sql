-- Reads: workers. Any of them runs schedules, and one would do; three, because one may leave schedules alone or be deaf behind a pooler.
create or replace function wake_schedulers(p_due_at timestamptz) returns void
  language plpgsql
  set search_path from current
as $$
begin
  -- They look every few seconds anyway: a NOTIFY, which takes a lock at commit that the whole server shares, is sent for what is due before.
  if p_due_at < clock_now() + interval '5 seconds' then
    perform pg_notify(worker_channel(id), 'schedules')
       from (
         select id
           from workers
          where not stopping and missing_since is null and heartbeat_at + lease > clock_now()
          order by random() limit 3
       ) as awake;
  end if;
end
$$;
comment on function wake_schedulers(timestamptz) is 'Lets workers look at schedules at once, when one is due within seconds that was not before.';
