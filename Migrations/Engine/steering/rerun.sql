-- Locks: nothing; it reads the operation and inserts a new one.
create or replace function rerun(id bigint, reason text default null) returns bigint
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_column
declare
  v_id bigint;
begin
  insert into operations (name, queue, priority, step_limit, tags, branches, globals, schedule, slot)
    select o.name, o.queue, o.priority, o.step_limit, o.tags, o.branches, o.globals, o.schedule, o.slot from operations o where o.id = rerun.id
  returning id into v_id;
  if v_id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', rerun.id);
  end if;
  perform write_audit('rerun', array[rerun.id], rerun.reason, jsonb_build_object('new', v_id));
  return v_id;
end
$$;
comment on function rerun(bigint, text) is
  'Enqueues an operation once more: the same name, globals (as they are now), queue, priority, tags and slot, due at once, without its key; its own branches '
  'where it brought some, else the plan that is registered now. The old one stays as it is. Returns the new id.';

create or replace function rerun(ids bigint[], reason text default null) returns setof bigint
  language plpgsql
  set search_path from current
as $$
declare
  v_ids bigint[] := array(select distinct o.id from operations o where o.id = any (ids) order by o.id);
  v_new bigint[];
begin
  if cardinality(v_ids) > 10000 then
    raise exception using errcode = 'OP004', message = format('%s operations are too many for one call', cardinality(v_ids)),
      hint = 'Give 10000 at most, and call again for the others.';
  end if;
  with inserted as (
    insert into operations (name, queue, priority, step_limit, tags, branches, globals, schedule, slot)
      select o.name, o.queue, o.priority, o.step_limit, o.tags, o.branches, o.globals, o.schedule, o.slot from operations o where o.id = any (v_ids) order by o.id
    returning operations.id
  )
  select array_agg(i.id order by i.id) into v_new from inserted as i;
  perform write_audit('rerun', v_ids, rerun.reason, jsonb_build_object('new', v_new));
  return query select n from unnest(v_new) as n;
end
$$;
comment on function rerun(bigint[], text) is 'Enqueues every one of the operations once more; returns the new ids. At most 10000.';
