-- Called by settle_wait alone, where every wait begins, and so in the transaction that brings the operation there.
-- Locks: nothing; the caller holds the job.
create or replace function ask_approval(p_operation_id bigint, p_position integer, p_run integer, p_wait jsonb, p_now timestamptz) returns timestamptz
  language plpgsql
  set search_path from current
  set enable_seqscan = off
as $$
declare
  v_due timestamptz;
begin
  insert into approvals (operation_id, position, run, name, role, question, asked_at, deadline, remind_at)
    select o.id, p_position, p_run, p_wait ->> 'approval', p_wait ->> 'role',
           case when p_wait ? 'question' then asked_question(o.name, o.globals, p_wait ->> 'question') end, p_now,
           p_now + make_interval(secs => (p_wait ->> 'timeout')::double precision),
           p_now + make_interval(secs => (p_wait -> 'remind' ->> 'after')::double precision)
      from operations o
     where o.id = p_operation_id
  returning coalesce(least(deadline, remind_at), 'infinity') into v_due;
  -- What was decided before, about another question, must not be taken for the answer to this one.
  if p_wait ? 'as' then
    update operations set globals = globals - (p_wait ->> 'as') where id = p_operation_id and globals ? (p_wait ->> 'as');
  end if;
  return v_due;
end
$$;
comment on function ask_approval(bigint, integer, integer, jsonb, timestamptz) is
  'Asks for an approval that an operation has come to, and returns when its job is due: at its reminder or its deadline, whichever comes first.';

-- In one pass, so that a value with braces in it puts nothing in. What is secret stays so.
create or replace function asked_question(p_operation text, p_globals jsonb, p_question text) returns text
  language sql stable
  set search_path from current
as $$
  select left(string_agg(
           case
             when n = 1 then piece
             when strpos(piece, '}') = 0 or not shown ? key then '{' || piece
             else coalesce(shown ->> key, 'null') || substr(piece, length(key) + 2)
           end, '' order by n
         ), 2000)
    from unnest(string_to_array(p_question, '{')) with ordinality as p (piece, n)
   cross join lateral (select split_part(piece, '}', 1) as key) as k
   cross join (select redacted(p_operation, p_globals) as shown) as s
$$;
comment on function asked_question(text, jsonb, text) is
  'A question with the globals that it names as {key}; those of secret_keys as [secret], and names that the globals do not have as they are.';

-- Locks: as settle_wait. An approval that decide has decided is not pending any more.
create or replace function settle_approval(p_operation_id bigint, p_wait jsonb, p_now timestamptz) returns text
  language plpgsql
  set search_path from current
  set enable_seqscan = off
as $$
declare
  v_approval approvals;
begin
  select * into v_approval from approvals where operation_id = p_operation_id order by id desc limit 1;
  if v_approval.decision is null and v_approval.deadline <= p_now then
    update approvals set decision = 'lapsed', decided_at = p_now where id = v_approval.id;
    return 'timed_out';
  end if;
  if v_approval.decision is null and v_approval.reminded_at is null and v_approval.remind_at <= p_now then
    perform remind_approvers(v_approval, p_wait -> 'remind' ->> 'operation', p_now);
  end if;
  return case when v_approval.decision in ('approved', 'rejected') then v_approval.decision end;
end
$$;
comment on function settle_approval(bigint, jsonb, timestamptz) is
  'How the approval that an operation is at ends: approved, rejected, timed_out, or null while it is pending. Reminds where it is time.';

-- Whatever the operation that reminds may be refused for, the one that waits goes on waiting, and a claim takes what it would have taken.
-- It has no key, under which somebody else might enqueue, and keep a claim waiting: reminded_at sees to it that it is one.
--
-- Locks: as settle_wait; then as an enqueue.
create or replace function remind_approvers(p_approval approvals, p_operation text, p_now timestamptz) returns void
  language plpgsql
  set search_path from current
  set enable_seqscan = off
as $$
begin
  update approvals set reminded_at = p_now where id = p_approval.id;
  update jobs set run_at = coalesce(p_approval.deadline, 'infinity') where operation_id = p_approval.operation_id;
  insert into operations (name, tags, globals)
    select p_operation, array['approval/' || p_approval.id], jsonb_build_object('approval', jsonb_build_object(
             'operation_id', o.id, 'operation', o.name, 'key', coalesce(o.key, o.active_key), 'name', p_approval.name, 'role', p_approval.role,
             'question', p_approval.question, 'deadline', to_char(p_approval.deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
           ))
      from operations o
     where o.id = p_approval.operation_id;
exception when others then
  -- A conflict with somebody else passes: the caller's transaction is tried again.
  if sqlstate like '40%' then
    raise;
  end if;
  update approvals set reminded_at = p_now where id = p_approval.id;
  update jobs set run_at = coalesce(p_approval.deadline, 'infinity') where operation_id = p_approval.operation_id;
  perform write_audit('remind', array[p_approval.operation_id], 'the operation that reminds could not be enqueued',
                      jsonb_build_object('name', p_approval.name, 'operation', p_operation, 'error', left(sqlerrm, 2000)));
end
$$;
comment on function remind_approvers(approvals, text, timestamptz) is
  'Enqueues the operation that reminds of a pending approval, once; the audit log has the error of one that cannot be enqueued.';

-- Locks: nothing; the caller holds the job, or ends it.
create or replace function withdraw_approval(p_operation_id bigint, p_now timestamptz) returns void
  language plpgsql
  set search_path from current
  set enable_seqscan = off
as $$
begin
  update approvals set decision = 'withdrawn', decided_at = p_now where operation_id = p_operation_id and decision is null;
end
$$;
comment on function withdraw_approval(bigint, timestamptz) is 'Takes back what an operation has asked for and does not wait for any more.';

-- Locks: nothing; the caller holds the job.
create or replace function move_deadline(p_operation_id bigint, p_until timestamptz) returns timestamptz
  language sql
  set search_path from current
  set enable_seqscan = off
as $$
  update approvals
     set deadline = p_until
   where operation_id = p_operation_id and decision is null
  returning least(deadline, case when reminded_at is null then remind_at end)
$$;
comment on function move_deadline(bigint, timestamptz) is
  'Moves the deadline of the approval that an operation is at, and returns when its job is due; null where it is at none.';
