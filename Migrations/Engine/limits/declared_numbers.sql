create or replace function declared_numbers(p_declared jsonb[]) returns table (name text, numbers jsonb, variants bigint)
  language plpgsql immutable
  set search_path from current
  set jit = off
as $$
begin
  return query select d ->> 'name', (array_agg(n.numbers) filter (where n.numbers is not null))[1], count(distinct n.numbers)
    from unnest(p_declared) as d
   cross join lateral (
     select case
       when d ? 'max' then jsonb_build_object('max', d -> 'max')
       when d ? 'count' then jsonb_build_object('count', d -> 'count', 'per', d -> 'per', 'burst', coalesce(d -> 'burst', '1'))
     end as numbers
   ) as n
   group by d ->> 'name';
end
$$;
comment on function declared_numbers(jsonb[]) is
  'What the limits, or the rates, of a plan say, name by name: the numbers, null where it only names them, and how many different ones it gives.';
