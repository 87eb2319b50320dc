create or replace function combined_globals(p_former jsonb, p_new jsonb, p_payload text) returns jsonb
  language sql stable
  set search_path from current
as $$
  select case p_payload
    when 'merge' then p_former || p_new
    when 'append' then p_former || p_new || coalesce((
      select jsonb_object_agg(n.key, (p_former -> n.key) || n.value)
        from jsonb_each(p_new) as n
       where jsonb_typeof(n.value) = 'array' and jsonb_typeof(p_former -> n.key) = 'array'
    ), '{}')
    else p_new
  end
$$;
comment on function combined_globals(jsonb, jsonb, text) is
  'The globals of an operation that waits, with those of another that is enqueued under its key: the new ones (last), both with the new ones first '
  '(merge), or as merge, with arrays that both have one behind the other (append).';
