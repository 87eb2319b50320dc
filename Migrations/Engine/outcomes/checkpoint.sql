-- Locks: the job, then the operation.
create or replace function checkpoint(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_patch jsonb) returns boolean
  language plpgsql
  set search_path from current
as $$
begin
  if p_patch is null then
    raise exception using errcode = 'OP004', message = 'a checkpoint must say what to write';
  end if;
  perform check_patches(array[p_patch]);
  perform from jobs j
     join workers w on w.id = j.worker_id and w.heartbeat_at + w.lease > clock_now()
    where j.operation_id = p_operation_id and j.worker_id = p_worker_id and j.claim_id = p_claim_id
      for update of j;
  if not found then
    return false;
  end if;
  update operations set globals = patched(globals, p_patch) where id = p_operation_id;
  return true;
end
$$;
comment on function checkpoint(bigint, bigint, bigint, jsonb) is
  'Writes a patch of the globals ({"set": {…}, "unset": [keys]}) before the action has ended, so that it survives a failure. '
  'False, and nothing written, if the claim is not the worker''s any more.';
