create or replace function worker_channel(p_worker_id bigint) returns text
  language sql stable
  return current_schema() || '_w_' || p_worker_id;
comment on function worker_channel(bigint) is
  'The channel that a worker listens on. With a schema''s name of 40 characters and a worker''s id of 19 digits it has 62, and 63 is PostgreSQL''s limit.';

-- Reads: workers and queues. A NOTIFY takes a lock at commit that all of the server's notifying transactions share, so it is sent only
-- where somebody sleeps, and to no more workers than there are jobs.
create or replace function wake(p_queue text, p_jobs bigint, p_reason text default 'work') returns void
  language plpgsql
  set search_path from current
as $$
begin
  perform pg_notify(worker_channel(id), p_reason)
     from (
       select id
         from workers
        where sleeping and (p_queue = any (queues) or p_queue = '/limits')
          and not exists (select from paused_queues where name = p_queue)
        order by random() limit least(p_jobs, 16)
     ) as sleeper;
end
$$;
comment on function wake(text, bigint, text) is
  'Wakes sleeping workers of a queue, of any for "/limits", at most one per job, unless it is paused. The reason is work, or suspects for jobs whose worker died.';
