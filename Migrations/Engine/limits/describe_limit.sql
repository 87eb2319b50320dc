create or replace function describe_limit(p_gate text) returns text
  language sql immutable
  return case
    when is_rate_gate(p_gate) then format('waits for a start under the rate "%s"', rate_of_gate(p_gate))
    else format('waits for a slot of the limit "%s"', p_gate)
  end;
comment on function describe_limit(text) is 'What a job that is in line waits for, in words.';
