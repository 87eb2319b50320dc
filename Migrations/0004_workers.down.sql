drop function rescue(integer);
drop function record_crashes(bigint[], text);
drop function heartbeat(bigint, boolean, boolean);
drop function register_worker(text, integer, text[], text[], integer, text, interval);
