drop function register_definition(text, json);
drop function plan_rows(json, text);
drop function read_options(text, jsonb);
drop function backoff_delay(integer, jsonb);
drop function due_at(timestamptz, interval, text, jsonb, timestamptz);
drop function elapsed(interval);
drop function read_time(text);
