drop domain operation_name, operation_state, operation_key, queue_name, queue_priority, start_time, step_limit, globals_document, tag_list, key_mode;
-- Without its schema, now() is PostgreSQL's own.
do $$ begin execute format('drop function %I.now()', current_schema()); end $$;
drop function clock_now();
