-- One table, and looked up from it what others say. Globals are told only as far as the question has named them.
create or replace view approval_status as
  select p.id,
         p.operation_id,
         (select o.name from operations o where o.id = p.operation_id) as operation,
         (select coalesce(o.key, o.active_key) from operations o where o.id = p.operation_id) as key,
         (select a.branch || '/' || a.name from actions a where a.operation_id = p.operation_id and a.position = p.position) as action,
         p.run,
         p.name,
         p.role,
         p.question,
         coalesce(p.decision, 'pending') as status,
         p.asked_at,
         p.deadline,
         p.remind_at,
         p.reminded_at,
         p.decided_by,
         p.vouched_by,
         p.decided_at,
         p.reason
    from approvals p;
comment on view approval_status is
  'One row for each time that an operation has asked for an approval: pending, approved, rejected, lapsed or withdrawn, by whom and why. '
  'SELECT * FROM backops.approval_status WHERE operation_id = 48213 ORDER BY id';
