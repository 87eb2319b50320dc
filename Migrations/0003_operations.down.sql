drop table jobs, actions, operation_keys, operations;
drop sequence claim_ids;
