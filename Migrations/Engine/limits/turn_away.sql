-- Whatever somebody else has locked stays as it is, and who has come comes again: a look waits for nobody.
--
-- Locks: the operation, and those that it takes the place of, with their jobs, skipping whatever is locked; the caller holds its job.
create or replace function turn_away(p_operation_id bigint) returns void
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set jit = off
as $$
declare
  v record;
  v_other record;
begin
  select j.gate, j.position, j.came_at, a.limits -> 'operation' as limit_of into v
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   where j.operation_id = p_operation_id and j.ticket is not null;
  if not found then
    return;
  end if;
  perform from operations where id = p_operation_id for no key update skip locked;
  if not found then
    perform come_again(p_operation_id);
    return;
  end if;

  if v.limit_of ->> 'when_full' = 'drop' then
    perform end_operation(p_operation_id, 'cancelled', v.position, clock_now(), format('the limit "%s" was full', v.gate));
    return;
  end if;
  if v.limit_of ->> 'when_full' = 'replace_waiting' then
    for v_other in
      select j.operation_id
        from jobs j
        join operations o on o.id = j.operation_id
       where j.gate = v.gate and j.ticket is not null and (j.came_at, j.operation_id) < (v.came_at, p_operation_id)
       order by j.operation_id
         for update of j skip locked
         for no key update of o skip locked
    loop
      perform cancel_operation(v_other.operation_id, format('operation %s took its place in the line of the limit "%s"', p_operation_id, v.gate));
    end loop;
  elsif v.limit_of ->> 'when_full' = 'cancel_oldest' then
    select j.operation_id into v_other
      from jobs j
      join operations o on o.id = j.operation_id
     where (j.operation_slot = v.gate or j.gate = v.gate and j.ticket is not null) and j.operation_id <> p_operation_id
     order by j.operation_id
     limit 1
       for update of j skip locked
       for no key update of o skip locked;
    if not found then
      perform come_again(p_operation_id);
      return;
    end if;
    perform cancel_operation(v_other.operation_id, format('operation %s came to the limit "%s"', p_operation_id, v.gate));
  end if;
  if (v.limit_of ->> 'max_waiting')::integer <= (
    select count(*) from jobs j where j.gate = v.gate and j.ticket is not null and (j.came_at, j.operation_id) < (v.came_at, p_operation_id)
  ) then
    perform end_operation(p_operation_id, 'cancelled', v.position, clock_now(), format('the line of the limit "%s" was full', v.gate));
  end if;
end
$$;
comment on function turn_away(bigint) is
  'Does what a limit says about an operation that has come and found it full, where that is not to wait: cancels it, or others in its favour.';

-- Locks: nothing; the caller holds the job.
create or replace function come_again(p_operation_id bigint) returns void
  language sql
  set search_path from current
as $$
  update jobs set run_at = came_at, gate = null, ticket = null, came_at = null where operation_id = p_operation_id and ticket is not null
$$;
comment on function come_again(bigint) is 'Takes a job out of its line, to come to the limit once more with the next look.';
