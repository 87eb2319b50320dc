-- Locks: the queue's row.
create or replace function resume(queue text) returns queues
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_queue queues;
begin
  update queues q
     set paused_at = null, paused_until = null, paused_by = null, reason = null
   where q.name = queue and q.paused_at is not null
  returning * into v_queue;
  if not found then
    raise exception using errcode = 'OP003', message = format('queue "%s" is not paused', queue),
      hint = coalesce(
        (select 'Paused are ' || string_agg(format('"%s"', q.name), ', ' order by q.name) || '.' from queues q where q.paused_at is not null),
        'No queue is paused.'
      );
  end if;
  perform write_audit('resume', null, null, jsonb_build_object('queue', queue));
  perform wake(queue, 16);
  return v_queue;
end
$$;
comment on function resume(text) is 'Lets a paused queue go on, and wakes workers that sleep.';
