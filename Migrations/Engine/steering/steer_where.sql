create or replace function steer_where(
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

create or replace function retry_where(
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

create or replace function cancel_where(
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
