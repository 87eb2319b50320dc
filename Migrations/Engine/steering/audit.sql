create or replace view audit as
  select id, at, who, action, operation_ids, cardinality(operation_ids) as count, reason, details from audit_log;
comment on view audit is
  'Who did what to which operations, why and when: one row for every call that steered. '
  'SELECT * FROM backops.audit ORDER BY id DESC LIMIT 20';
