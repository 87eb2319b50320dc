drop function rescue(integer, interval);
drop function free_remnants(bigint[]);
drop function record_crashes(bigint[], text);
drop function missing_workers();
drop function show_life(bigint);
drop function attach_session(bigint, integer);
drop function worker_lock(bigint);
drop function heartbeat(bigint, boolean, boolean);
drop function register_worker(text, integer, text[], text[], integer, text, interval, integer);
