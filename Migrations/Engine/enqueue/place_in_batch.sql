create or replace function place_in_batch(p_number bigint, p_count bigint, p_name text, p_key text) returns text
  language sql immutable
  return case when p_count > 1 then format('operation %s of %s ("%s"%s): ', p_number, p_count, p_name, ', key "' || p_key || '"') else '' end;
comment on function place_in_batch(bigint, bigint, text, text) is
  'How a message that refuses one of many operations begins; empty where there is only one.';
