create or replace function describe_limit(p_gate text) returns text
  language sql immutable
  return case
    when left(p_gate, 6) = '/rate/' then format('waits for a start under the rate "%s"', substr(p_gate, 7))
    else format('waits for a slot of the limit "%s"', p_gate)
  end;
comment on function describe_limit(text) is 'What a job that is in line waits for, in words.';
