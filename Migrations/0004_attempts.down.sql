drop table attempt_logs, attempts;
