drop view audit;
drop view timeline;
drop view action_status;
drop view operation_status;
drop view visible_operations;
