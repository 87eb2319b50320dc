drop table audit_log, secret_keys;
