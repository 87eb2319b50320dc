drop table workers, attempts, jobs, actions, operations, definition_actions, definitions;
drop sequence claim_ids;
drop function now();
drop function clock_now();
