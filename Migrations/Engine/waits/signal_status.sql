-- One table, and looked up from it what others say, so that the view audit reads as many signals as it shows.
create or replace view signal_status as
  select s.id,
         s.operation_id,
         (select o.name from operations o where o.id = s.operation_id) as operation,
         s.name,
         case
           when s.read_at is not null then 'read'
           when (select o.state from operations o where o.id = s.operation_id) = 'active' then 'unread'
           else 'left'
         end as status,
         case
           when jsonb_typeof(s.payload) = 'object' and not (select sees_secrets())
             then redacted((select o.name from operations o where o.id = s.operation_id), s.payload)
           else s.payload::jsonb
         end as payload,
         s.dedup_key,
         s.sent_by,
         s.sent_at,
         s.read_at,
         (select a.branch || '/' || a.name from actions a where a.operation_id = s.operation_id and a.position = s.read_position) as read_by
    from signals s;
comment on view signal_status is
  'One row per signal that was sent to an operation: unread (in its inbox), read (and by which wait), or left (the operation ended without reading it). '
  'SELECT * FROM backops.signal_status WHERE operation_id = 48213 ORDER BY id';
