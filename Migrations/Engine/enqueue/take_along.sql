-- Locks: the jobs of the operations, whose rows the DELETE holds already. That is the other way round than everybody else, so it never
-- waits for a job: it passes over those that are locked, and looks again for a second.
create or replace function take_along_deleted() returns trigger
  language plpgsql security definer
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
as $$
declare
  v_ids bigint[] := array(select id from deleted order by id);
  v_busy bigint;
  v_tries integer := 0;
begin
  loop
    select operation_id into v_busy from jobs where operation_id = any (v_ids) order by operation_id limit 1;
    exit when not found;
    if v_tries > 100 then
      raise exception using errcode = 'lock_not_available', message = format('operation %s is being written at this moment', v_busy),
        hint = format('Delete it again, or call cancel(%s) first.', v_busy);
    end if;
    if v_tries > 0 then
      perform pg_sleep(0.01);
    end if;
    v_tries := v_tries + 1;
    with free as materialized (
      select operation_id from jobs where operation_id = any (v_ids) order by operation_id for update skip locked
    ),
    gone as (
      delete from jobs j using free f where j.operation_id = any (array[f.operation_id]) returning j.worker_id, j.claim_id
    )
    select count(pg_notify(worker_channel(worker_id), 'lost ' || claim_id)) into v_busy from gone where worker_id is not null;
  end loop;
  delete from attempts where operation_id = any (v_ids);
  delete from attempt_logs where operation_id = any (v_ids);
  delete from signals where operation_id = any (v_ids);
  delete from approvals where operation_id = any (v_ids);
  delete from actions where operation_id = any (v_ids);
  -- A key that somebody enqueues under at this moment stays, and so does one that throttles.
  if exists (select from deleted where active_key is not null) then
    delete from operation_keys
     where (name, key) in (
       select k.name, k.key
         from deleted d
         join operation_keys k on k.name = d.name and k.key = d.active_key
        where k.operation_id = d.id and coalesce(k.free_at <= clock_now(), true)
          for update of k skip locked
     );
  end if;
  return null;
end
$$;
comment on function take_along_deleted() is
  'What a DELETE from operations sets off: their jobs, actions, attempts, log lines, signals and approvals go with them. A worker that runs one of them is told to stop, '
  'and its outcome is refused.';

-- Locks: all of these tables, exclusively. A worker that writes at the same moment may end up in a deadlock with it, and then one of them tries again.
create or replace function take_along_truncated() returns trigger
  language plpgsql security definer
  set search_path from current
as $$
declare
  v_table text;
  v_is_empty boolean;
begin
  perform pg_notify(worker_channel(worker_id), 'lost ' || claim_id) from jobs where worker_id is not null;
  -- A table that the same TRUNCATE names cannot be truncated again, and is empty already.
  foreach v_table in array '{jobs,actions,attempts,attempt_logs,signals,approvals,operation_keys}'::text[] loop
    execute format('select not exists (select from %I)', v_table) into v_is_empty;
    if not v_is_empty then
      execute format('truncate %I', v_table);
    end if;
  end loop;
  return null;
end
$$;
comment on function take_along_truncated() is 'What TRUNCATE operations sets off: jobs, actions, attempts, log lines, signals, approvals and keys go, too.';
