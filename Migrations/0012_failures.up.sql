-- Failures: what has failed, grouped by what went wrong; finding operations by more than their id; and steering what was found.
--
-- Nothing is counted beforehand: the attempt that an operation has failed by carries the fingerprint of its error for as long as
-- the operation has failed, and an index over these rows alone gives the groups. So a hundred thousand failures at once write no
-- row in common, a success writes nothing at all, and a group is right in the same transaction in which its members change.

create function error_pattern(p_message text) returns text
  language sql immutable
  set search_path from current
as $$
  select left(
    regexp_replace(
      regexp_replace(
        regexp_replace(
          split_part(left(p_message, 2000), e'\n', 1),
          '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|0x[0-9a-f]+|[[:<:]](?=[a-f]*[0-9])[0-9a-f]{8,}[[:>:]]', '#', 'gi'
        ),
        '"[^"]*"|''[^'']*''|“[^”]*”', '""', 'g'
      ),
      '[0-9]+([.:,][0-9]+)*', '#', 'g'
    ),
    300
  )
$$;
comment on function error_pattern(text) is
  'What messages of the same kind have in common: the first line, without numbers, hexadecimal ids and quoted texts.';

create function error_fingerprint(p_operation text, p_action text, p_error_type text, p_message text) returns text
  language sql immutable
  set search_path from current
as $$
  select left(encode(sha256(convert_to(concat_ws(e'\n', p_operation, p_action, p_error_type, error_pattern(p_message)), 'UTF8')), 'hex'), 12)
$$;
comment on function error_fingerprint(text, text, text, text) is
  'Names a group of failures: the same operation, action ("branch/name"), type of error, and kind of message. Twelve hexadecimal digits.';

create function failure_fingerprint(p_attempt attempts) returns text
  language sql stable
  set search_path from current
as $$
  select error_fingerprint(o.name, a.branch || '/' || a.name, p_attempt.error_type, p_attempt.error_message)
    from operations o
    left join actions a on a.operation_id = o.id and a.position = p_attempt.position
   where o.id = p_attempt.operation_id
$$;
comment on function failure_fingerprint(attempts) is 'The group in failures of an attempt that ended its operation.';

create function stamp_failure() returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  -- What a dump brings back, before its operation, says itself whether it counts: what was retried since does not.
  if not current_setting('check_function_bodies')::boolean and not exists (select from operations where id = new.operation_id) then
    return new;
  end if;
  new.fingerprint := failure_fingerprint(new);
  return new;
end
$$;
comment on function stamp_failure() is 'Gives the attempt that an operation fails by the fingerprint of its error.';

create trigger attempts_stamp_failure
  before insert on attempts
  for each row when (new.ends_operation) execute function stamp_failure();
comment on trigger attempts_stamp_failure on attempts is 'Only for attempts that end an operation: no other failure, and no success, pays for it.';

-- From one group to the next by the index: as many steps as there are groups, however many have failed.
create view failures as
  with recursive groups (fingerprint, n) as (
    (select fingerprint, 1 from attempts where fingerprint is not null order by fingerprint limit 1)
    union all
    select next.fingerprint, groups.n + 1
      from groups
     cross join lateral (
       select t.fingerprint from attempts t where t.fingerprint > groups.fingerprint order by t.fingerprint limit 1
     ) as next
     where groups.n < 1000
  )
  select o.name::text as operation,
         a.branch || '/' || a.name as action,
         last.error_type,
         groups.fingerprint,
         (
           select count(*) from (select from attempts t where t.fingerprint = groups.fingerprint limit 1000) as counted
         ) as count,
         (select min(t.ended_at) from attempts t where t.fingerprint = groups.fingerprint) as first_at,
         last.ended_at as last_at,
         last.operation_id as example_id,
         last.error_message as example_message,
         exists (select from attempts t where t.fingerprint = groups.fingerprint offset 1000) as capped
    from groups
   cross join lateral (
     select t.operation_id, t.position, t.error_type, t.error_message, t.ended_at
       from attempts t
      where t.fingerprint = groups.fingerprint
      order by t.ended_at desc
      limit 1
   ) as last
   cross join lateral (select o.name from operations o where o.id = last.operation_id) as o
    left join lateral (select a.branch, a.name from actions a where a.operation_id = last.operation_id and a.position = last.position) as a on true;
comment on view failures is
  'What has failed and still is, grouped by operation, action and kind of error. count stops at 1000, then capped is true; at most 1000 groups. '
  'SELECT * FROM backops.failures ORDER BY last_at DESC LIMIT 20; then SELECT * FROM backops.retry_where(error => ''fingerprint'')';

create type found_operation as (
  id            bigint,
  name          text,
  state         text,
  status        text,
  action        text,
  queue         text,
  error_type    text,
  error_message text,
  created_at    timestamptz
);
comment on type found_operation is 'An operation that find_operations found, in the words of operation_status.';
comment on column found_operation.id is 'The operation.';
comment on column found_operation.name is 'Its name.';
comment on column found_operation.state is 'active, completed, failed or cancelled.';
comment on column found_operation.status is 'The state; of an active one ready, waiting, running, retrying or parked.';
comment on column found_operation.action is 'Where it is or has stopped: "branch/name".';
comment on column found_operation.queue is 'The queue that it waits in.';
comment on column found_operation.error_type is 'Type of the last error of that action.';
comment on column found_operation.error_message is 'Message of that error.';
comment on column found_operation.created_at is 'When it was enqueued.';

create function find_operations(
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
  if v_state = 'scheduled' then
    v_state := 'waiting';
  end if;
  if v_state in ('ready', 'waiting', 'running', 'retrying', 'parked') then
    v_status := v_state;
    v_state := 'active';
  elsif v_state not in ('active', 'completed', 'failed', 'cancelled') then
    raise exception using errcode = 'OP004', message = format('"%s" is no state of an operation', v_state),
      hint = 'States are active, completed, failed and cancelled; active is also ready, waiting, running, retrying or parked.';
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

  -- There is no index on the state, which would make every completion dearer: live operations have jobs, and failed ones are
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
    || case when queue is not null then ' and coalesce(j.queue, o.queue) = $4' else '' end
    || case when tags is not null then ' and o.tags @> $5' else '' end
    || case when since is not null then ' and o.created_at >= $7' else '' end
    || case when until is not null then ' and o.created_at < $8' else '' end
    || case when after is not null then ' and o.id > $9' else '' end
    || case when after is not null and v_state = 'active' then ' and j.operation_id > $9' else '' end
    || case v_status
         when 'parked' then ' and o.parked_at is not null'
         when 'running' then ' and j.worker_id is not null'
         when 'retrying' then ' and j.worker_id is null and j.attempt > 0'
         when 'waiting' then ' and j.worker_id is null and j.attempt = 0 and j.run_at > $11 and o.parked_at is null'
         when 'ready' then ' and j.worker_id is null and j.attempt = 0 and j.run_at <= $11'
         else ''
       end;
  return query execute
    'select o.id, o.name, o.state,
            case when o.state <> ''active'' then o.state
                 when o.parked_at is not null then ''parked''
                 when o.worker_id is not null then ''running''
                 when o.attempt > 0 then ''retrying''
                 when o.run_at > $11 then ''waiting''
                 else ''ready'' end,
            a.branch || ''/'' || a.name, o.queue, a.error_type, a.error_message, o.created_at
       from (
         select o.id, o.name::text, o.state::text, o.parked_at, o.created_at, j.worker_id, j.attempt, j.run_at,
                coalesce(j.queue, o.queue::text) as queue, coalesce(j.position, o.stopped_position) as position
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

create function steer_where(
  p_verb text, p_name text, p_globals jsonb, p_state text, p_queue text, p_tags text[], p_error text, p_since timestamptz, p_until timestamptz,
  p_after bigint, p_at_most integer, p_reason text, p_preview boolean
) returns setof found_operation
  language plpgsql
  set search_path from current
as $$
declare
  v_found found_operation[] := array(
    select f from find_operations(p_name, p_globals, p_state, p_queue, p_tags, p_error, p_since, p_until, p_after, p_at_most) as f
  );
  v_done bigint[];
begin
  if not p_preview then
    v_done := array(
      select id
        from steer_many(
          p_verb, array(select id from unnest(v_found)), p_reason,
          p_details => jsonb_strip_nulls(jsonb_build_object('where', jsonb_build_object(
            'name', p_name, 'globals', redacted(coalesce(p_name, '*'), p_globals), 'state', p_state, 'queue', p_queue, 'tags', p_tags,
            'error', p_error, 'since', p_since, 'until', p_until, 'after', p_after
          )))
        )
    );
  end if;
  return query select * from unnest(v_found) as f where p_preview or f.id = any (v_done) order by f.id;
end
$$;
comment on function steer_where(text, text, jsonb, text, text, text[], text, timestamptz, timestamptz, bigint, integer, text, boolean) is
  'What retry_where and cancel_where have in common: finds, and unless it is a preview does, and writes it down.';

create function retry_where(
  name text default null, globals jsonb default null, state text default 'failed', queue text default null, tags text[] default null,
  error text default null, since timestamptz default null, until timestamptz default null,
  after bigint default null, at_most integer default 1000, reason text default null, preview boolean default false
) returns setof found_operation
  language sql
  set search_path from current
as $$
  select * from steer_where('retry', name, globals, state, queue, tags, error, since, until, after, at_most, reason, coalesce(preview, true))
$$;
comment on function retry_where(text, jsonb, text, text, text[], text, timestamptz, timestamptz, bigint, integer, text, boolean) is
  'Retries what find_operations finds, failed operations unless state says cancelled or retrying, and returns them as they were found. preview => true '
  'shows them and does nothing. At most at_most in one call: call again until no row comes back. '
  'SELECT * FROM backops.retry_where(error => ''9f8a03c2d1e4'', preview => true)';

create function cancel_where(
  name text default null, globals jsonb default null, state text default 'active', queue text default null, tags text[] default null,
  since timestamptz default null, until timestamptz default null,
  after bigint default null, at_most integer default 1000, reason text default null, preview boolean default false
) returns setof found_operation
  language sql
  set search_path from current
as $$
  select * from steer_where('cancel', name, globals, state, queue, tags, null, since, until, after, at_most, reason, coalesce(preview, true))
$$;
comment on function cancel_where(text, jsonb, text, text, text[], timestamptz, timestamptz, bigint, integer, text, boolean) is
  'Cancels what find_operations finds, active operations of any status unless state names one, and returns them as they were found. preview => true '
  'shows them and does nothing. At most at_most in one call: call again until no row comes back. '
  'SELECT * FROM backops.cancel_where(''Fulfilment'', queue => ''mail'', reason => ''sent twice'')';
