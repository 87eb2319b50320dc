-- claim spells the same columns out: it describes the rows that its own UPDATE returns, which no other query of that statement
-- could see yet.
create or replace function describe_claims(p_operation_ids bigint[]) returns setof claimed_job
  language sql stable
  set search_path from current
  set jit = off
as $$
  select j.operation_id, j.claim_id, j.definition_id, j.position, a.run, a.earlier_attempts + j.attempt, a.earlier_attempts + a.max_attempts, j.priority,
         (extract(epoch from a.timeout) * 1000)::bigint,
         j.run_at, o.created_at, j.queue, o.name, a.branch, a.name, o.globals,
         case when j.definition_id is null then (
           select json_agg(json_build_array(p.branch, p.name) order by p.position) from actions p where p.operation_id = j.operation_id
         ) end,
         j.claimed_at, o.traceparent, null::bigint, o.slot
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join operations o on o.id = j.operation_id
   where j.operation_id = any (p_operation_ids)
   order by j.priority, j.run_at, j.operation_id
$$;
comment on function describe_claims(bigint[]) is 'What a worker must know of the jobs that it holds.';
