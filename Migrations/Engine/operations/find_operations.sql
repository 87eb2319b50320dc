create or replace function find_operations(
  name text default null, globals jsonb default null, state text default null, queue text default null, tags text[] default null,
  error text default null, since timestamptz default null, until timestamptz default null,
  after bigint default null, at_most integer default 1000
) returns setof found_operation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
#variable_conflict use_variable
declare
  v_state text := coalesce(state, case when error is not null then 'failed' end);
  v_status text;
  v_secret text;
  v_from text := 'operations o left join jobs j on j.operation_id = o.id';
  v_where text := '';
begin
  if at_most is null or at_most not between 1 and 10000 then
    raise exception using errcode = 'OP004', message = format('cannot find %s operations at once', coalesce(at_most::text, 'null')),
      hint = 'at_most is 1 to 10000; go on with after => the last id.';
  end if;
  if v_state in ('ready', 'scheduled', 'running', 'retrying', 'waiting', 'parked') then
    v_status := v_state;
    v_state := 'active';
  elsif v_state not in ('active', 'completed', 'failed', 'cancelled') then
    raise exception using errcode = 'OP004', message = format('"%s" is no state of an operation', v_state),
      hint = 'States are active, completed, failed and cancelled; active is also ready, scheduled, running, retrying, waiting or parked.';
  end if;
  if jsonb_typeof(globals) <> 'object' then
    raise exception using errcode = 'OP004', message = 'globals must be a JSON object', hint = 'Give what is looked for: {"subscription_id": 42}.';
  end if;
  -- Who may not see a value may not find out by asking for it either.
  if globals is not null and not sees_secrets() then
    select key into v_secret from secret_keys s where globals ? s.key and (s.name = '*' or s.name = name or name is null) limit 1;
    if found then
      raise exception using errcode = 'insufficient_privilege', message = format('the global "%s" is secret: it cannot be searched for', v_secret),
        hint = 'Look for another key, or let the owner of the schema look.';
    end if;
  end if;

  -- There is no index on the state, which would make every completion more expensive: live operations have jobs, and failed ones are
  -- found through the attempts that ended them.
  if v_state = 'active' then
    v_from := 'jobs j join operations o on o.id = j.operation_id';
  elsif v_state = 'failed' then
    v_where := v_where || case when error is null
      then ' and o.id in (select t.operation_id from attempts t where t.ends_operation and t.fingerprint is not null)'
      else ' and o.id in (select t.operation_id from attempts t where t.fingerprint = $6)'
    end;
  end if;
  if globals is not null then
    v_from := '(select * from operations where globals @> $2 offset 0) as o left join jobs j on j.operation_id = o.id';
  end if;
  v_where := v_where
    || case when name is not null then ' and o.name = $1' else '' end
    || case when v_state is not null then ' and o.state = $3' else '' end
    || case when queue is not null then ' and coalesce(served_queue(j.queue), o.queue) = $4' else '' end
    || case when tags is not null then ' and o.tags @> $5' else '' end
    || case when since is not null then ' and o.created_at >= $7' else '' end
    || case when until is not null then ' and o.created_at < $8' else '' end
    || case when after is not null then ' and o.id > $9' else '' end
    || case when after is not null and v_state = 'active' then ' and j.operation_id > $9' else '' end
    || case v_status
         when 'parked' then ' and o.parked_at is not null'
         when 'running' then ' and j.worker_id is not null'
         when 'waiting' then ' and (j.waits_since is not null or j.ticket is not null)'
         when 'retrying' then ' and j.worker_id is null and j.attempt > 0 and j.ticket is null'
         when 'scheduled' then ' and j.worker_id is null and j.attempt = 0 and j.run_at > $11 and o.parked_at is null and j.waits_since is null and j.ticket is null'
         when 'ready' then ' and j.worker_id is null and j.attempt = 0 and j.run_at <= $11 and j.waits_since is null'
         else ''
       end;
  return query execute
    'select o.id, o.name, o.state,
            case when o.state <> ''active'' then o.state
                 when o.parked_at is not null then ''parked''
                 when o.worker_id is not null then ''running''
                 when o.waits_since is not null or o.ticket is not null then ''waiting''
                 when o.attempt > 0 then ''retrying''
                 when o.run_at > $11 then ''scheduled''
                 else ''ready'' end,
            a.branch || ''/'' || a.name, o.queue, a.error_type, a.error_message, o.created_at
       from (
         select o.id, o.name::text, o.state::text, o.parked_at, o.created_at, j.worker_id, j.attempt, j.run_at, j.waits_since, j.ticket,
                coalesce(served_queue(j.queue), o.queue::text) as queue, coalesce(j.position, o.stopped_position) as position
           from ' || v_from || ' where true' || v_where || '
          order by ' || case when v_state = 'active' and globals is null then 'j.operation_id' else 'o.id' end || '
          limit $10
       ) as o
       left join actions a on a.operation_id = o.id and a.position = o.position
      order by o.id'
    using name, globals, v_state, queue, tags, error, since, until, after, at_most, statement_now();
end
$$;
comment on function find_operations(text, jsonb, text, text, text[], text, timestamptz, timestamptz, bigint, integer) is
  'Operations for which everything that is given holds, lowest ids first: at most at_most, those behind the id after. state is a state or a '
  'status of operation_status, error a fingerprint of failures, since and until concern the time of the enqueue. What it shows can be given to '
  'retry(ids), cancel(ids) …: exactly that is touched. SELECT * FROM backops.find_operations(''Fulfilment'', ''{"subscription_id": 42}'')';
