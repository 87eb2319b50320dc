-- Locks: the worker's advisory lock, waiting for a claim of it that is under way; its jobs as fail_many; its own row.
create or replace function unregister_worker(p_worker_id bigint) returns integer
  language plpgsql
  set search_path from current
as $$
declare
  v_ids bigint[];
  v_claims bigint[];
  v_count integer := 0;
begin
  perform pg_advisory_xact_lock(worker_lock(p_worker_id));
  select array_agg(operation_id), array_agg(claim_id) into v_ids, v_claims from jobs where worker_id = p_worker_id;
  if v_ids is not null then
    perform free_remnants(v_ids);
    select count(*) into v_count from release_many(p_worker_id, v_ids, v_claims) where outcome = 'released';
  end if;
  delete from workers where id = p_worker_id and not exists (select from jobs where worker_id = p_worker_id);
  return v_count;
end
$$;
comment on function unregister_worker(bigint) is
  'Says goodbye: hands back whatever the worker still holds, at no cost in attempts, and forgets it. Returns how many jobs that were.';
