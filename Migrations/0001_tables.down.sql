drop table workers, attempt_logs, attempts, jobs, actions, operations, definition_actions, definitions;
drop sequence claim_ids;
-- Without its schema, now() is PostgreSQL's own.
do $$ begin execute format('drop function %I.now()', current_schema()); end $$;
drop function clock_now();
