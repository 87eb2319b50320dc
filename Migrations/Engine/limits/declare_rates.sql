-- Locks: rows of rates that change, in the order of their names.
create or replace function declare_rates(p_rates jsonb[], p_replaces boolean) returns void
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_problem record;
begin
  if p_rates = '{}' then
    return;
  end if;
  select d.name, d.variants into v_problem
    from declared_numbers(p_rates) as d
   where d.variants > 1 or d.variants = 0 and not exists (select from rates r where r.name = d.name)
   order by d.name
   limit 1;
  if found then
    raise exception using errcode = 'OP004',
      message = case when v_problem.variants > 1 then format('the plan gives the rate "%s" several counts', v_problem.name)
                     else format('there is no rate "%s" yet, and the plan gives it no count', v_problem.name) end,
      hint = format('Write {"rate": {"name": "%1$s", "count": 100, "per": "1 second"}}, or call set_rate(''%1$s'', 100) first.', v_problem.name);
  end if;
  insert into rates as r (name, declared_count, declared_per, declared_burst)
    select d.name, (d.numbers ->> 'count')::integer, (d.numbers ->> 'per')::double precision, (d.numbers ->> 'burst')::integer
      from declared_numbers(p_rates) as d
     where d.numbers is not null
     order by d.name
    on conflict (name) do update
      set declared_count = excluded.declared_count, declared_per = excluded.declared_per, declared_burst = excluded.declared_burst,
          version = case when r.set_at is null then r.version + 1 else r.version end
      where p_replaces and (r.declared_count, r.declared_per, r.declared_burst) is distinct from (excluded.declared_count, excluded.declared_per, excluded.declared_burst);
  if found then
    perform offer_gates(array(select rate_gate(d.name) from declared_numbers(p_rates) as d));
  end if;
end
$$;
comment on function declare_rates(jsonb[], boolean) is 'Takes over the numbers of the rates of a plan, as declare_limits those of limits.';
