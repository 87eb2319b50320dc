create or replace function check_limit_name(p_kind text, p_name text) returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if is_plain_name(p_name) is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of a %s', left(p_name, 200), p_kind),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
end
$$;
comment on function check_limit_name(text, text) is 'Refuses what is no name of a limit, or of a rate (SQLSTATE OP004).';

create or replace function refuse_unknown_limit(p_kind text, p_name text) returns void
  language plpgsql stable
  set search_path from current
as $$
begin
  raise exception using errcode = 'OP002', message = format('there is no %s "%s"', p_kind, left(p_name, 200)),
    hint = coalesce(
      (
        select initcap(p_kind) || 's are: ' || string_agg(k.name, ', ' order by k.name) || '.'
          from (select l.name from limits l where p_kind = 'limit' union all select r.name from rates r where p_kind = 'rate' order by name limit 20) as k
      ),
      case p_kind
        when 'limit' then 'No plan has any.'
        when 'rate' then 'Declare it with an action, {"rate": {"name": "stripe", "count": 100, "per": "1 second"}}, or call set_rate.'
      end
    );
end
$$;
comment on function refuse_unknown_limit(text, text) is
  'Refuses the name of a limit, or of a rate, that is not there (SQLSTATE OP002), and says which there are. Kinds are limit and rate.';
