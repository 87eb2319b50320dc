create or replace function queue_gate(p_queue text) returns text
  language sql immutable
  return '/queue/' || p_queue;
comment on function queue_gate(text) is 'The gate of a queue with a limit, or of a fair one. No limit has such a name.';

create or replace function is_queue_gate(p_gate text) returns boolean
  language sql immutable
  return left(p_gate, 7) = '/queue/';
comment on function is_queue_gate(text) is 'Whether a gate is that of a queue, and not of a limit or a rate.';

create or replace function queue_of_gate(p_gate text) returns text
  language sql immutable
  return substr(p_gate, 8);
comment on function queue_of_gate(text) is 'What queue_gate has made a gate of.';
