-- Branches keep their order, which jsonb would not. The limit of the operation, which stands beside them, is as it was.
create or replace function plan_in_seconds(p_branches json) returns json
  language sql stable
  set search_path from current
as $$
  select ('{' || string_agg(format('%s: %s', to_json(b.key), coalesce('[' || steps || ']', b.value::text)), ', ' order by b.n) || '}')::json
    from json_each(p_branches) with ordinality as b (key, value, n)
   cross join lateral (
     select string_agg(
              case
                when json_typeof(s.step -> 1) = 'object' then json_build_array(s.step -> 0, options_in_seconds((s.step -> 1)::jsonb))::text
                else s.step::text
              end, ', ' order by s.n
            ) as steps
       from json_array_elements(case json_typeof(b.value) when 'array' then b.value else '[]' end) with ordinality as s (step, n)
   ) as s
$$;
comment on function plan_in_seconds(json) is 'A plan with the texts of its lengths of time, such as "2 days", as numbers of seconds, for programs that read it.';

create or replace function options_in_seconds(p_options jsonb) returns jsonb
  language sql stable
  set search_path from current
as $$
  select p_options || coalesce(jsonb_object_agg(key, coalesce(to_jsonb(read_seconds(value)), value)), '{}')
           || case when p_options @? '$.remind.after' then jsonb_build_object(
                'remind', p_options -> 'remind' || jsonb_build_object('after', read_seconds(p_options -> 'remind' -> 'after'))
              ) else '{}' end
           || case when jsonb_typeof(p_options #> '{rate,per}') = 'string' then jsonb_build_object(
                'rate', p_options -> 'rate' || jsonb_build_object('per', read_seconds(p_options #> '{rate,per}'))
              ) else '{}' end
    from jsonb_each(p_options)
   where key in ('perform_in', 'timeout', 'sleep', 'within') and jsonb_typeof(value) = 'string'
$$;
comment on function options_in_seconds(jsonb) is 'The options of a step with the texts of its lengths of time as numbers of seconds.';
