-- Locks: the jobs, skipping locked ones.
create or replace function report_progress(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_progress real[], p_notes text[]) returns integer
  language sql
  set search_path from current
  set jit = off
as $$
  with held as materialized (
    select j.operation_id, i.progress, left(i.note, 500) as note
      from unnest(p_operation_ids, p_claim_ids, p_progress, p_notes) as i (operation_id, claim_id, progress, note)
      join jobs j on j.operation_id = i.operation_id
      join workers w on w.id = j.worker_id and w.heartbeat_at + w.lease > clock_now()
     where j.worker_id = p_worker_id and j.claim_id = i.claim_id
     order by j.operation_id
       for update of j skip locked
  ),
  written as (
    update jobs j set progress = h.progress, progress_note = h.note from held h where j.operation_id = h.operation_id returning 1
  )
  select count(*)::integer from written
$$;
comment on function report_progress(bigint, bigint[], bigint[], real[], text[]) is 'Stores how far running actions say they are; returns how many were taken.';
