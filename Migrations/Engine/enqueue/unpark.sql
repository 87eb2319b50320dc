-- Locks: the jobs of parked operations in operation_id order, skipping those that somebody else works on, because the next look
-- finds them again; then each one's operation.
create or replace function unpark(p_name text) returns integer
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
declare
  v_now timestamptz := clock_now();
  v_count integer := 0;
  v_definition_id bigint;
  v_id bigint;
  v_parked operations;
begin
  select id into v_definition_id from definitions where name = p_name and current;
  if not found then
    return 0;
  end if;
  for v_id in
    select j.operation_id
      from operations o
      join jobs j on j.operation_id = o.id
     where o.name = p_name and o.parked_at is not null and j.position is null
     order by j.operation_id
       for update of j skip locked
  loop
    -- A session that cancels it must have the job first, so it is still parked; its globals may have changed since it was found.
    update operations set parked_at = null where id = v_id returning * into v_parked;
    insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
      select v_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits
        from definition_actions
       where definition_id = v_definition_id;
    update jobs
       set definition_id = v_definition_id,
           position = a.position,
           handler = v_parked.name || '/' || a.name,
           queue = job_queue(a.wait, a.limits, null, null, null, a.queue, v_parked.queue),
           run_at = greatest(v_parked.perform_at, due_at(a.perform_at, a.perform_in, a.perform_at_global, v_parked.globals, v_now))
      from definition_actions a
     where jobs.operation_id = v_id and a.definition_id = v_definition_id and a.starts;
    if exists (select from jobs where operation_id = v_id and run_at = 'infinity') then
      perform refuse_action(v_id, 'InvalidPerformAt', problem_message('InvalidPerformAt'));
    end if;
    perform settle_wait(v_id), wake(queue, 1) from jobs where operation_id = v_id and run_at <= v_now;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function unpark(text) is 'Starts the operations that were enqueued before anybody had registered their name; returns how many.';
