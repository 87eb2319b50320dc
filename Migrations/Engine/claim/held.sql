create or replace function held(p_worker_id bigint) returns setof claimed_job
  language sql stable
  set search_path from current
as $$
  select *
    from describe_claims(array(
      select operation_id
        from jobs
       where worker_id = p_worker_id
         -- After that nothing is its own, although nobody may have taken it yet: what it started would be refused.
         and exists (select from workers where id = p_worker_id and heartbeat_at + lease > clock_now())
    ))
$$;
comment on function held(bigint) is
  'The jobs that a worker holds: what it asks after a call whose answer it never got, to learn what was handed to it. None once its lease has ended.';
