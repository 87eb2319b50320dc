create or replace function describe_limit(p_gate text) returns text
  language sql immutable
  return format('waits for a slot of the limit "%s"', p_gate);
comment on function describe_limit(text) is 'What a job that is in line waits for, in words.';
