create or replace function concealed(p_operation_id bigint, p_text text) returns text
  language plpgsql stable
  set search_path from current
as $$
declare
  v_secret record;
begin
  for v_secret in
    select distinct s.key, leaf #>> '{}' as value
      from operations o
      join secret_keys s on s.name in (o.name, '*')
     cross join jsonb_path_query(o.globals -> s.key, 'strict $.** ? (@.type() == "string" || @.type() == "number")') as leaf
     where o.id = p_operation_id and length(leaf #>> '{}') >= 4
     order by 2 desc
  loop
    p_text := replace(p_text, v_secret.value, format('[secret %s]', v_secret.key));
  end loop;
  return p_text;
end
$$;
comment on function concealed(bigint, text) is
  'A text without the values that secret_keys names, as the operation has them now: every string and number of four characters or more is replaced. '
  'What an action makes of a secret, or what has changed since, is not recognised.';
