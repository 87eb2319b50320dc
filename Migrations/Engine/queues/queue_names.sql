-- The rule stands at the domain queue_name, and is asked there.
create or replace function is_queue_name(p_name text) returns boolean
  language plpgsql immutable
  set search_path from current
as $$
begin
  perform p_name::queue_name;
  return p_name is not null;
exception
  when check_violation then
    return false;
end
$$;
comment on function is_queue_name(text) is 'Whether a queue may have this name.';

create or replace function check_queue_name(p_name text, p_place text default '') returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if not is_queue_name(p_name) then
    raise exception using errcode = 'OP004', message = format('%s%s is no name of a queue', p_place, coalesce('"' || left(p_name, 200) || '"', 'null')),
      hint = 'Names of queues are made of a-z, 0-9, dot, dash and underscore, at most 100 of them.';
  end if;
end
$$;
comment on function check_queue_name(text, text) is 'Refuses what is no name of a queue (SQLSTATE OP004).';
