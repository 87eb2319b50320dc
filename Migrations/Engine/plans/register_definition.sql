-- Locks: one advisory lock per operation name until the transaction ends, so that workers that start together agree on
-- which version is current.
create or replace function register_definition(p_name text, p_branches json) returns bigint
  language plpgsql
  set search_path from current
  set intervalstyle = 'postgres'
as $$
declare
  v_rows definition_actions[];
  v_fingerprint text;
  v_definition definitions;
begin
  if p_name is null or length(p_name) not between 1 and 200 or p_name ~ '[/[:cntrl:]]' then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of an operation', left(p_name, 200)),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
  -- A time counts as a number, because its text depends on the session's time zone. A plan without waits or limits has the
  -- fingerprint that it had before there were any.
  select array_agg(r order by r.position),
         encode(sha256(convert_to(
           jsonb_agg(to_jsonb(r) - array_remove(array[case when r.wait is null then 'wait' end, case when r.limits is null then 'limits' end], null) || jsonb_build_object('perform_at', extract(epoch from r.perform_at)) order by r.position)::text, 'UTF8'
         )), 'hex')
    into v_rows, v_fingerprint
    from plan_rows(p_branches) as r;

  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/definition/' || p_name, 0));
  select * into v_definition from definitions where name = p_name and fingerprint = v_fingerprint;
  if not v_definition.current or v_definition.id is null then
    update definitions set current = false where name = p_name and current;
    insert into definitions (name, fingerprint, branches) values (p_name, v_fingerprint, p_branches)
      on conflict (name, fingerprint) do update set current = true, registered_at = clock_now(), branches = excluded.branches
      returning * into v_definition;
    insert into definition_actions
      select v_definition.id, r.position, r.branch, r.name, r.perform_at, r.perform_in, r.perform_at_global, r.max_attempts,
             r.backoff, r.timeout, r.queue, r.starts, r.wait, r.limits
        from unnest(v_rows) as r
      on conflict do nothing;
  end if;
  perform declare_limits(array(select distinct a.limits from definition_actions a where a.definition_id = v_definition.id and a.limits is not null));
  perform unpark(p_name);
  return v_definition.id;
end
$$;
comment on function register_definition(text, json) is
  'Makes branches the plan of new operations of that name, and starts those that were parked for want of it. Returns the version''s id.';
