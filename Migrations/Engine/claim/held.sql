create or replace function held(p_worker_id bigint) returns setof claimed_job
  language sql stable
  set search_path from current
as $$
  select * from describe_claims(array(select operation_id from jobs where worker_id = p_worker_id))
$$;
comment on function held(bigint) is
  'The jobs that a worker holds: what it asks after a call whose answer it never got, to learn what was handed to it.';
