-- Ids grow with time, so what is old lies at the low end of the primary key; a caller walks up from there, and stops where operations
-- are younger than the age that is asked for, because nothing ends before it begins.

-- Locks: rows of operations that have ended, in id order, skipping locked ones; it waits for nobody. A session that wants to steer one
-- of them waits for the end of this transaction, and then learns that there is no such operation.
create or replace function prune(
  older_than interval default null,
  at_most    integer  default 1000,
  after      bigint   default null,
  completed  interval default null,
  failed     interval default null,
  cancelled  interval default null
) returns table (pruned integer, reached bigint, more boolean)
  language plpgsql
  set search_path from current
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
as $$
#variable_conflict use_column
declare
  -- Small, because this is what a call costs that finds nothing.
  c_window constant integer := 200;
  v_completed_before timestamptz := clock_now() - coalesce(prune.completed, prune.older_than);
  v_failed_before timestamptz := clock_now() - coalesce(prune.failed, prune.older_than);
  v_cancelled_before timestamptz := clock_now() - coalesce(prune.cancelled, prune.older_than);
  v_youngest timestamptz := greatest(v_completed_before, v_failed_before, v_cancelled_before);
  v_position bigint := coalesce(prune.after, -9223372036854775808);
  v_read integer := 0;
  v_ids bigint[] := '{}';
  v_window record;
begin
  if v_youngest is null then
    raise exception using errcode = 'OP004', message = 'prune must be told how old an operation has to be',
      hint = 'prune(''30 days'') prunes whatever ended before; completed, failed and cancelled give a state its own age.';
  end if;
  if least(prune.older_than, prune.completed, prune.failed, prune.cancelled) < interval '0' then
    raise exception using errcode = 'OP004', message = 'an age must not be negative';
  end if;
  if prune.at_most is null or prune.at_most not between 1 and 100000 then
    raise exception using errcode = 'OP004', message = format('cannot prune %s operations at once', coalesce(prune.at_most::text, 'null')),
      hint = 'at_most is 1 to 100000.';
  end if;

  reached := prune.after;
  loop
    select count(*) as count, max(id) as last, max(id) filter (where created_at <= v_youngest) as last_old,
           coalesce(array_agg(id order by id) filter (where ended_before), '{}') as ids
      into v_window
      from (
        select id, created_at,
               ended_at <= case state
                 when 'completed' then v_completed_before when 'failed' then v_failed_before when 'cancelled' then v_cancelled_before
               end as ended_before
          from operations
         where id > v_position
         order by id
         limit c_window
      ) as w;
    v_ids := v_ids || v_window.ids;
    if cardinality(v_ids) >= prune.at_most then
      v_ids := v_ids[1:prune.at_most];
      reached := v_ids[prune.at_most];
      more := true;
      exit;
    end if;
    reached := coalesce(v_window.last_old, reached);
    v_position := v_window.last;
    v_read := v_read + v_window.count;
    more := v_window.count = c_window and v_window.last_old = v_window.last;
    exit when more is distinct from true or v_read >= 10 * prune.at_most;
  end loop;
  more := coalesce(more, false);

  -- Under the lock it counts whether it has ended: a retry may have been faster.
  v_ids := array(
    select o.id
      from operations o
     where o.id = any (v_ids)
       and o.ended_at <= case o.state
         when 'completed' then v_completed_before when 'failed' then v_failed_before when 'cancelled' then v_cancelled_before
       end
       and not exists (select from jobs j where j.operation_id = o.id)
     order by o.id
       for update of o skip locked
  );
  -- The rest goes with them: see take_along_deleted.
  delete from operations where id = any (v_ids);
  -- Keys that throttled for longer than their operation was kept.
  delete from operation_keys
   where (name, key) in (
     select k.name, k.key
       from operation_keys k
      where k.free_at <= clock_now() and not exists (select from operations o where o.id = k.operation_id)
      limit prune.at_most
        for update skip locked
   );
  pruned := cardinality(v_ids);
  return next;
end
$$;
comment on function prune(interval, integer, bigint, interval, interval, interval) is
  'Deletes operations that ended longer ago than older_than, with their actions and attempts; completed, failed and cancelled give a state '
  'an age of its own, and a state without any age stays. At most at_most in one call, lowest ids first, and from those behind the id '
  'after; what somebody else has locked is passed over. Where more is true, call again with after => reached. Active operations always '
  'stay. SELECT * FROM backops.prune(''30 days'')';
