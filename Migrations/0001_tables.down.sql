drop function concealed(bigint, text);
drop function shown(operations);
drop function redacted(text, jsonb);
drop function sees_secrets();
drop function caller();
drop view paused_queues;
drop table audit_log, secret_keys, queues, workers, attempt_logs, attempts, jobs, actions, operations, definition_actions, definitions;
drop domain operation_name, operation_state, operation_key, queue_name, queue_priority, start_time, step_limit, globals_document, tag_list;
drop sequence claim_ids;
-- Without its schema, now() is PostgreSQL's own.
do $$ begin execute format('drop function %I.now()', current_schema()); end $$;
drop function statement_now();
drop function clock_now();
