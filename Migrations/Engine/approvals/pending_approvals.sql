create or replace view pending_approvals as
  select p.id,
         p.operation_id,
         (select o.name from operations o where o.id = p.operation_id) as operation,
         (select coalesce(o.key, o.active_key) from operations o where o.id = p.operation_id) as key,
         p.name,
         p.role,
         p.question,
         p.asked_at,
         p.deadline,
         p.reminded_at,
         may_decide(p.role, session_user::text) as may_decide
    from approvals p
   where p.decision is null;
comment on view pending_approvals is
  'What operations ask for now, and whether the role that is logged in may decide it. For the application''s own approvers: '
  'SELECT * FROM backops.pending_approvals WHERE backops.may_decide(role, ''ann@example.com'') ORDER BY id';
