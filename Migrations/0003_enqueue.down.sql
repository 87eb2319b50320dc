drop function enqueue_many(text, jsonb[], text[], text, integer, timestamptz, interval, text[], json, integer, text, timestamptz[]);
drop function enqueue(text, jsonb, text, text, integer, timestamptz, interval, text[], json, integer, text);
drop function await_standby();
drop trigger operations_expand on operations;
drop function expand_operations();
drop function first_due_at(timestamptz, timestamptz, interval, text, jsonb, timestamptz);
drop function unpark(text);
drop function wake(text, bigint, text);
drop function worker_channel(bigint);
