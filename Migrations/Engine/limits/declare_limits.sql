-- Locks: rows of limits that change, in the order of their names.
create or replace function declare_limits(p_limits jsonb[], p_replaces boolean default true) returns void
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_declared jsonb[];
  v_problem record;
begin
  if coalesce(p_limits, '{}') = '{}' then
    return;
  end if;
  v_declared := array(select each.value from unnest(p_limits) as step cross join lateral jsonb_each(step - 'rate') as each);
  select d.name, d.variants into v_problem
    from declared_numbers(v_declared) as d
   where d.variants > 1 or d.variants = 0 and not exists (select from limits l where l.name = d.name)
   order by d.name
   limit 1;
  if found then
    raise exception using errcode = 'OP004',
      message = case when v_problem.variants > 1 then format('the plan gives the limit "%s" several maxima', v_problem.name)
                     else format('there is no limit "%s" yet, and the plan gives it no maximum', v_problem.name) end,
      hint = format('Write {"limit": {"name": "%1$s", "max": 20}}, or call set_limit(''%1$s'', 20) first.', v_problem.name);
  end if;
  insert into limits (name, declared)
    select d.name, (d.numbers ->> 'max')::integer from declared_numbers(v_declared) as d where d.numbers is not null order by d.name
    on conflict (name) do update set declared = excluded.declared where p_replaces and limits.declared is distinct from excluded.declared;
  if found then
    perform offer_gates(array(select '/' || d.name from declared_numbers(v_declared) as d));
  end if;
  perform declare_rates(array(select step -> 'rate' from unnest(p_limits) as step where step ? 'rate'), p_replaces);
end
$$;
comment on function declare_limits(jsonb[], boolean) is
  'Takes over the maxima of a plan: one that is registered replaces what former ones said, one that comes with an operation says only what nobody has said.';
