create or replace function may_decide(role text, member text) returns boolean
  language sql stable
  set search_path from current
as $$
  select case
    when role is null then has_function_privilege(caller(), 'decide(bigint,text,text,text,text,bigint)', 'execute')
    when exists (select from pg_roles r where r.rolname = may_decide.role) then pg_has_role(session_user, may_decide.role::name, 'member')
    else exists (select from approvers a where a.role = may_decide.role and a.member = may_decide.member)
  end
$$;
comment on function may_decide(text, text) is
  'Whether somebody may decide an approval of a role: anybody where it has none; members of a database role, and then the role that is logged in counts and not '
  'member; otherwise who is in approvers. SELECT * FROM backops.pending_approvals WHERE backops.may_decide(role, ''ann@example.com'')';

create or replace function nobody_decides(p_role text) returns boolean
  language sql stable
  set search_path from current
as $$
  select p_role is not null
    and not exists (select from pg_roles r where r.rolname = p_role)
    and not exists (select from approvers a where a.role = p_role)
$$;
comment on function nobody_decides(text) is 'Whether a role is neither a database role nor in approvers, so that nobody can decide for it.';

create or replace function who_decides(p_role text) returns text
  language sql stable
  set search_path from current
as $$
  select case
    when nobody_decides(p_role) then format(
      'Nobody may: "%s" is neither a database role nor in approvers. INSERT INTO %I.approvers (role, member) VALUES (%L, ''…'') lets somebody.',
      p_role, current_schema(), p_role
    )
    when exists (select from pg_roles r where r.rolname = p_role) then format('Members of the database role "%s" may, logged in as such', p_role)
      || case when exists (select from approvers a where a.role = p_role) then '; what approvers lists for it does not count.' else '.' end
    else format('For "%s" may, as decided_by: %s.', p_role, (
      select string_agg(format('"%s"', member), ', ' order by member) || case when count(*) > 20 then ' …' else '' end
        from (select member from approvers a where a.role = p_role order by member limit 21) as a
    ))
  end
$$;
comment on function who_decides(text) is 'Who may decide an approval of a role, in a sentence.';

create or replace function is_operator() returns boolean
  language sql stable
  set search_path from current
as $$
  select is_owner()
      or coalesce((select pg_has_role(caller(), oid, 'usage') from pg_roles where rolname = current_schema() || '_operator'), false)
$$;
comment on function is_operator() is 'Whether the caller is an operator, or the owner of the schema.';
