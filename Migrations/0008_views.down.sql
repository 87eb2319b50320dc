drop view action_status;
drop view operation_status;
