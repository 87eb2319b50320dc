drop table action_hours, operation_minutes;
