drop table jobs, actions, operations;
drop sequence claim_ids;
