create or replace function without_keys(p_globals jsonb, p_keys jsonb) returns jsonb
  language sql immutable
  return p_globals - array(select jsonb_array_elements_text(p_keys));
comment on function without_keys(jsonb, jsonb) is 'The document without the keys that the JSON array lists.';

create or replace function patched(p_globals jsonb, p_patch jsonb) returns jsonb
  language sql immutable
  return case when p_patch ? 'unset' then without_keys(p_globals, p_patch -> 'unset') else p_globals end
    || coalesce(p_patch -> 'set', '{}');
comment on function patched(jsonb, jsonb) is 'The document after a patch {"set": {…}, "unset": [keys]}.';

create or replace function is_patch(p_patch jsonb) returns boolean
  language sql immutable
  return case when jsonb_typeof(p_patch) = 'object'
    then p_patch - 'set' - 'unset' = '{}' and coalesce(jsonb_typeof(p_patch -> 'set'), 'object') = 'object'
      and coalesce(jsonb_typeof(p_patch -> 'unset'), 'array') = 'array'
    else false
  end;
comment on function is_patch(jsonb) is 'Whether a document is a patch of globals: {"set": {…}, "unset": [keys]}, either of them optional.';

create or replace function check_patches(p_patches jsonb[]) returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  if exists (select from unnest(p_patches) as patch where patch is not null and not is_patch(patch)) then
    raise exception using errcode = 'OP004', message = 'a patch of the globals cannot be read',
      hint = 'Write {"set": {"key": value}, "unset": ["key"]}; either may be left out.';
  end if;
end
$$;
comment on function check_patches(jsonb[]) is 'Refuses what is no patch of globals (SQLSTATE OP004).';

create or replace function fits(p_operation_id bigint, p_patch jsonb) returns boolean
  language plpgsql stable
  set search_path from current
as $$
begin
  perform patched(globals, p_patch)::globals_document from operations where id = p_operation_id;
  return true;
exception
  when check_violation then
    return false;
end
$$;
comment on function fits(bigint, jsonb) is 'Whether the globals of an operation are still what the domain globals_document allows after a patch.';
